package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
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
        PageServer.start(new Settings(opened, "llama3_8b.tfm", "127.0.0.1", 0, "test"), log::add);
    browser = Browser.open(Browser.program().orElseThrow(), folder.resolve("profile"));
    browser.resize(1500, 950);
    browser.load(server.address());
  }

  @AfterEach
  void close() throws IOException {
    String shots = System.getProperty("heddle.screenshots");
    if (browser != null && shots != null) {
      Files.write(Path.of(shots, "serve" + System.nanoTime() + ".png"), browser.screenshot());
    }
    if (browser != null) {
      browser.close();
    }
    if (server != null) {
      server.close();
    }
  }

  private void awaitState(String text) {
    browser.await("document.getElementById('state').textContent === '" + text + "'");
  }

  private void awaitSaved() {
    browser.await("document.getElementById('file-state').textContent === 'saved'");
  }

  private String text(String id) {
    return browser.evaluate("document.getElementById('" + id + "').textContent").asText();
  }

  /** Puts the caret behind a text, by the mouse. */
  private void click(String selector) {
    JsonNode at =
        browser.evaluate(
            "(r => [r.x + r.width / 2, r.y + r.height / 2])(document.querySelector('"
                + selector
                + "').getBoundingClientRect())");
    for (String type : List.of("mousePressed", "mouseReleased")) {
      browser.click(type, at.path(0).asDouble(), at.path(1).asDouble());
    }
  }

  @Test
  void showsTheStepOfTheFirstPlan() {
    awaitState("simulated");
    assertThat(text("summary"))
        .contains("Llama3_8B, plan Node8", "1.013 s", "tokens/s/GPU", "peak memory", "fits in");
    assertThat(
            browser.evaluate(
                "[...document.querySelectorAll('#figures .chart')].map(chart =>"
                    + " chart.id + ' ' + (chart.querySelectorAll('svg path').length > 2))"))
        .extracting(JsonNode::asText)
        .contains("pipeline true", "ranks true", "memory true", "critical-path true");
    assertThat(browser.evaluate("document.querySelectorAll('.t-keyword').length").asInt())
        .isGreaterThan(10);
    assertThat(browser.evaluate("document.querySelectorAll('.hint.behind').length").asInt())
        .isGreaterThan(2);
    assertThat(browser.requests()).allMatch(address -> address.startsWith(server.address()));
    assertThat(browser.complaints()).isEmpty();
    assertThat(log).isEmpty();
  }

  @Test
  void followsWhatIsTyped() {
    awaitState("simulated");
    browser.evaluate("document.querySelector('#editor .cm-content').focus()");
    browser.type("nonsense ");
    browser.await("document.querySelectorAll('.cm-lintRange-error').length > 0");
    browser.await("!document.getElementById('why').hidden");
    assertThat(text("why")).contains("see the findings");
    assertThat(browser.evaluate("document.title").asText()).startsWith("* llama3_8b.tfm");
    for (int i = 0; i < "nonsense ".length(); i++) {
      browser.press("Backspace", 8);
    }
    awaitState("simulated");
    assertThat(browser.evaluate("document.getElementById('why').hidden").asBoolean()).isTrue();
    assertThat(browser.evaluate("document.querySelectorAll('.cm-lintRange-error').length").asInt())
        .isZero();
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void aSliderWritesItsNumberIntoTheText() {
    awaitState("simulated");
    browser.evaluate(
        "[...document.querySelectorAll('.slider')].find(slider =>"
            + " slider.querySelector('label').textContent === 'batch').querySelector('input').focus()");
    browser.await("/passes the checks: 1, 2/.test(document.getElementById('sliders').textContent)");
    browser.press("ArrowRight", 39);
    browser.await("/batch 12,/.test(document.getElementById('summary').textContent)");
    browser.await("/batch 12 /.test(document.querySelector('.cm-content').textContent)");
    awaitState("simulated");
    browser.press("ArrowLeft", 37);
    browser.await("/batch 8,/.test(document.getElementById('summary').textContent)");
    assertThat(browser.evaluate("document.title").asText()).startsWith("llama3_8b.tfm");
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void savesAndShowsChangesFromOutside() throws IOException {
    Path file = folder.resolve("open").resolve("llama3_8b.tfm");
    String before = Files.readString(file);
    awaitState("simulated");
    browser.evaluate("document.querySelector('#editor .cm-content').focus()");
    browser.type("// mine\n");
    browser.await("!document.getElementById('save').disabled");
    click("#save");
    awaitSaved();
    assertThat(file).hasContent("// mine\n" + before);

    Files.writeString(file, "// theirs\n" + before);
    browser.await("/theirs/.test(document.querySelector('.cm-content').textContent)");
    browser.evaluate("document.querySelector('#editor .cm-content').focus()");
    browser.type("// again\n");
    Files.writeString(file, "// others\n" + before);
    browser.await("!document.getElementById('conflict').hidden");
    assertThat(text("conflict")).contains("changed on the disk");
    assertThat(file).hasContent("// others\n" + before);
    click("#keep");
    click("#save");
    awaitSaved();
    assertThat(Files.readString(file)).contains("// again").doesNotContain("// others");
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void isDarkAndNarrowAsWanted() {
    browser.prefer("dark");
    awaitState("simulated");
    assertThat(browser.evaluate("getComputedStyle(document.body).backgroundColor").asText())
        .isEqualTo("rgb(20, 24, 31)");
    browser.resize(480, 900);
    browser.await("document.documentElement.scrollWidth <= 480");
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void theProgramLeadsToTheTextAndSaysWhy() {
    awaitState("simulated");
    click("#tab-program");
    browser.await("document.querySelectorAll('#passes tr.message').length > 3");
    browser.evaluate("document.querySelector('#passes tr.message .link').click()");
    browser.await("document.activeElement.classList.contains('cm-content')");
    assertThat(browser.evaluate("getSelection().toString()").asText()).isNotEmpty();
    browser.evaluate("document.querySelector('#passes [aria-expanded]').click()");
    browser.await("/because/.test(document.querySelector('#passes pre')?.textContent)");
    assertThat(browser.evaluate("document.querySelector('#passes pre').textContent").asText())
        .contains(" llama3_8b.tfm:46:24")
        .doesNotContain(folder.toString());
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void plansAreComparedAndExported() throws IOException {
    awaitState("simulated");
    click("#tab-compare");
    browser.await("/What differs/.test(document.getElementById('compared').textContent)");
    assertThat(text("compared")).contains("Node8", "Pod64", "iteration time", "mesh");
    click("#tab-export");
    click("[data-form=megatron]");
    browser.await("!document.getElementById('exported').hidden");
    assertThat(text("exported")).contains("--tensor-model-parallel-size 8");
    click("[data-form=traces]");
    browser.await(
        "/llama3_8b-Node8-traces/.test(document.getElementById('export-state').textContent)");
    assertThat(folder.resolve("open").resolve("llama3_8b-Node8-traces")).isNotEmptyDirectory();
    click("#tab-step");
    browser.await("document.querySelectorAll('#ranks svg path').length > 2");
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void pointingAtAWordShowsItsFacts() {
    awaitState("simulated");
    JsonNode at =
        browser.evaluate(
            "(e => { const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })"
                + "([...document.querySelectorAll('.t-function')].find(e => e.textContent === 'rmsnorm'))");
    browser.mouse("mouseMoved", at.path(0).asDouble() + 1, at.path(1).asDouble(), 0);
    browser.mouse("mouseMoved", at.path(0).asDouble(), at.path(1).asDouble(), 0);
    browser.await("/Root mean square/.test(document.querySelector('.cm-tooltip')?.textContent)");
    assertThat(browser.complaints()).isEmpty();
  }
}
