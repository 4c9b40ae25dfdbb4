package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heddle.cli.serve.PageServer;
import io.heddle.cli.serve.PageServer.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of {@code heddle serve} in a real browser; skipped where there is none. */
@Tag("slow")
class ServePageTest {
  @TempDir private Path folder;

  private final List<String> log = Collections.synchronizedList(new ArrayList<>());
  private Browser browser;
  private PageServer server;

  @BeforeEach
  void open() throws IOException {
    assumeTrue(
        Browser.program().isPresent(), "no chromium on the path, and HEDDLE_CHROMIUM names none");
    Path opened = Files.createDirectories(folder.resolve("open"));
    Files.copy(Execution.example("llama3_8b.tfm"), opened.resolve("llama3_8b.tfm"));
    server =
        PageServer.start(
            new Settings(opened, "llama3_8b.tfm", "127.0.0.1", 0, "test"), log::add);
    browser = Browser.open(Browser.program().orElseThrow(), folder.resolve("profile"));
    browser.resize(1500, 950);
    browser.load(server.address());
  }

  @AfterEach
  void close() {
    if (browser != null) {
      browser.close();
    }
    if (server != null) {
      server.close();
    }
  }

  @Test
  void showsTheStepOfTheFirstPlan() throws IOException {
    try {
    browser.await("/simulated/.test(document.getElementById('state').textContent)");
    } finally {
    Files.write(Path.of("/tmp/serve1.png"), browser.screenshot());
    System.err.println(log); System.err.println(browser.complaints());
    }
    assertThat(browser.complaints()).isEmpty();
    assertThat(log).isEmpty();
  }
}
