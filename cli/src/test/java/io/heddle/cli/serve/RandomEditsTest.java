package io.heddle.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.heddle.cli.Execution;
import io.heddle.cli.serve.PageServer.Settings;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A day of editing in a minute: nothing breaks, nothing is left behind. */
@Tag("slow")
class RandomEditsTest {
  private static final int EDITS = 1_000;
  private static final int WARM = 400;
  private static final long SEED = 18;
  private static final long MEBIBYTE = 1 << 20;

  @TempDir private Path folder;

  private final List<String> log = Collections.synchronizedList(new ArrayList<>());

  /** A text with one change: something is left out, doubled, put in, or is another number. */
  private static String edited(String text, Random random) {
    int from = random.nextInt(text.length());
    int to = Math.min(text.length(), from + 1 + random.nextInt(12));
    String part = text.substring(from, to);
    return switch (random.nextInt(5)) {
      case 0 -> text.substring(0, from) + text.substring(to);
      case 1 -> text.substring(0, to) + part + text.substring(to);
      case 2 -> text.substring(0, from) + "{}[]()=,.\"0aé".charAt(random.nextInt(13)) + part;
      case 3 -> text.replaceFirst("batch \\d+", "batch " + (1 << random.nextInt(12)));
      default -> text.replaceFirst("tp = \\d+", "tp = " + (1 << random.nextInt(4)));
    };
  }

  private static long metaspace() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getName().equals("Metaspace"))
        .mapToLong((MemoryPoolMXBean pool) -> pool.getUsage().getUsed())
        .sum();
  }

  private static long heap() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** The step of the text on a server that has seen no other. */
  private String fresh(Path file, String text) throws IOException {
    try (PageServer server =
            PageServer.start(new Settings(folder, "", "127.0.0.1", 0, "test"), log::add);
        PageClient client = new PageClient(server.address())) {
      client.open(file, text);
      client.show(file, "Desk8");
      return client.step("exact").get("data").getAsString();
    }
  }

  @Test
  void aThousandEditsLeaveNothingBehind() throws IOException {
    Path file = folder.toRealPath().resolve("tiny.tfm");
    String text = Execution.tinyText();
    Files.writeString(file, text);
    Random random = new Random(SEED);
    try (PageServer server =
        PageServer.start(new Settings(folder, "", "127.0.0.1", 0, "test"), log::add)) {
      long heap = 0;
      long metaspace = 0;
      try (PageClient client = new PageClient(server.address())) {
        client.open(file, text);
        client.show(file, "Desk8");
        client.step("exact");
        for (int i = 1; i <= EDITS; i++) {
          client.replace(file, edited(text, random));
          if (i % 10 == 0) {
            JsonObject unused = client.told("textDocument/publishDiagnostics");
          }
          if (i == WARM) {
            client.replace(file, text);
            client.step("exact");
            client.forget();
            heap = heap();
            metaspace = metaspace();
          }
        }
        client.replace(file, text);
        String last = client.step("exact").get("data").getAsString();
        client.forget();
        assertThat(metaspace()).isLessThan(metaspace + 8 * MEBIBYTE);
        assertThat(heap()).isLessThan(heap + 32 * MEBIBYTE);
        assertThat(last).isEqualTo(fresh(file, text));
      }
    }
    assertThat(log).isEmpty();
  }
}
