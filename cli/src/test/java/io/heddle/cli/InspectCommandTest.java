package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.StreamSupport;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectCommandTest {
  @TempDir private Path folder;
  private Path trace = Path.of("");

  @BeforeEach
  void emit() {
    Execution emit = Execution.of("emit", Execution.tiny(folder), "-o", folder);
    assertThat(emit.exit()).as(emit.err()).isZero();
    trace = folder.resolve("Tiny.0.et");
  }

  private Execution inspect(Object... more) {
    Object[] arguments = new Object[2 + more.length];
    arguments[0] = "inspect";
    arguments[1] = trace;
    System.arraycopy(more, 0, arguments, 2, more.length);
    Execution inspect = Execution.of(arguments);
    assertThat(inspect.exit()).as(inspect.err()).isZero();
    assertThat(inspect.err()).isEmpty();
    return inspect;
  }

  private JsonNode nodes(Object... more) {
    Object[] arguments = Arrays.copyOf(more, more.length + 3);
    arguments[more.length] = "--json";
    arguments[more.length + 1] = "--limit";
    arguments[more.length + 2] = Integer.MAX_VALUE;
    JsonNode json = inspect(arguments).json();
    assertThat(json.path("counts").path("matching").asInt()).isEqualTo(json.path("nodes").size());
    assertThat(json.path("counts").path("listed").asInt()).isEqualTo(json.path("nodes").size());
    return json.path("nodes");
  }

  private static long count(JsonNode nodes, String kind) {
    return StreamSupport.stream(nodes.spliterator(), false)
        .filter(node -> node.path("kind").asText().equals(kind))
        .count();
  }

  @Test
  void theSumOverAllRanksIsWhatTheStepCounts() {
    JsonNode run = Execution.of("run", folder.resolve("tiny.tfm"), "--json").json();
    long nodes = 0;
    long compute = 0;
    long operations = 0;
    long sent = 0;
    long collective = 0;
    long memory = 0;
    for (int rank = 0; rank < 8; rank++) {
      trace = folder.resolve("Tiny." + rank + ".et");
      JsonNode json = inspect("--json", "--count").json();
      assertThat(json.path("status").asText()).isEqualTo("ok");
      assertThat(json.path("nodes")).isEmpty();
      nodes += json.path("counts").path("all").asLong();
      compute += json.path("counts").path("compute").asLong();
      operations += json.path("operations").asLong();
      sent += json.path("bytes").path("sent").asLong();
      collective += json.path("bytes").path("collective").asLong();
      memory += json.path("bytes").path("memory").asLong();
    }
    assertThat(nodes).isEqualTo(run.path("nodes").path("all").asLong());
    assertThat(compute).isEqualTo(run.path("nodes").path("compute").asLong());
    assertThat(operations).isEqualTo(run.path("operations").path("all").asLong());
    assertThat(sent).isEqualTo(run.path("bytes").path("sent").asLong());
    assertThat(collective).isEqualTo(run.path("bytes").path("collective").asLong());
    assertThat(memory).isEqualTo(run.path("bytes").path("memory").asLong());
  }

  @Test
  void aLineSaysWhatANodeIs() {
    String text = inspect("--kind", "collective", "--name", "*.gather.*", "--limit", "2").out();
    assertThat(text.lines().limit(2))
        .allMatch(line -> line.matches(" +\\d+  collective  fwd\\.mb0\\..*comm_size=\\d+.*"))
        .allMatch(line -> line.contains("comm_type=all_gather") && line.contains("pg_name="));
    assertThat(text).containsPattern("\n2 of [\\d,]+ matching nodes listed; [\\d,]+ in the file\n");
    assertThat(text).containsPattern("\n[\\d,]+ collective\n").contains("into collectives");
  }

  @Test
  void filtersNarrowDown() {
    JsonNode all = nodes();
    assertThat(nodes("--kind", "send")).hasSize((int) count(all, "send")).isNotEmpty();
    assertThat(nodes("--kind", "send,receive"))
        .hasSize((int) (count(all, "send") + count(all, "receive")));
    assertThat(nodes("--name", "*")).isEqualTo(all);
    assertThat(nodes("--name", "bwd.*"))
        .isNotEmpty()
        .allSatisfy(node -> assertThat(node.path("name").asText()).startsWith("bwd."));
    assertThat(nodes("--id", "3-5,9"))
        .extracting(node -> node.path("id").asInt())
        .containsExactly(3, 4, 5, 9);
    JsonNode peers = nodes("--peer", "4");
    assertThat(count(peers, "send")).isPositive();
    assertThat(count(peers, "receive")).isPositive();
    assertThat(peers)
        .allSatisfy(
            node -> {
              String to = node.path("kind").asText().equals("send") ? "comm_dst" : "comm_src";
              assertThat(node.path("attributes").path(to).asInt()).isEqualTo(4);
            });
    assertThat(nodes("--peer", "3")).isEmpty();
    int group = nodes("--kind", "collective").get(0).path("attributes").path("pg_name").asInt();
    assertThat(nodes("--group", group))
        .isNotEmpty()
        .allSatisfy(
            node -> assertThat(node.path("attributes").path("pg_name").asInt()).isEqualTo(group));
    assertThat(nodes("--group", group, "--kind", "compute")).isEmpty();
  }

  @Test
  void theLimitIsOfTheListNotOfTheCount() {
    JsonNode few = inspect("--json", "--limit", "3").json();
    assertThat(few.path("nodes")).hasSize(3);
    assertThat(few.path("counts").path("matching").asInt()).isEqualTo(nodes().size());
    assertThat(inspect("--json").json().path("nodes")).hasSize(100);
    assertThat(inspect("--count").out().lines()).hasSize(3);
  }

  @Test
  void uselessOptionsAreUsageErrors() {
    assertThat(Execution.of("inspect").exit()).isEqualTo(2);
    assertThat(Execution.of("inspect", trace, "--limit", "-1").exit()).isEqualTo(2);
    assertThat(Execution.of("inspect", trace, "--id", "5-3").err()).contains("'5-3' ends before");
    assertThat(Execution.of("inspect", trace, "--peer", "x").exit()).isEqualTo(2);
    assertThat(Execution.of("inspect", trace, "--kind", "gemm").err())
        .contains("'gemm' is none of", "collective");
  }

  @Test
  void filesThatCannotBeReadAreNamed() throws IOException {
    Execution missing = Execution.of("inspect", folder.resolve("none.et"));
    assertThat(missing.exit()).isEqualTo(3);
    assertThat(missing.err()).contains("none.et: no such file");
    assertThat(Execution.of("inspect", folder).err()).contains("is a folder");
    byte[] bytes = Files.readAllBytes(trace);
    Files.write(trace, Arrays.copyOf(bytes, bytes.length - 2));
    Execution cut = Execution.of("inspect", trace, "--json");
    assertThat(cut.exit()).isEqualTo(1);
    assertThat(cut.json().path("status").asText()).isEqualTo("error");
    assertThat(cut.json().path("nodes")).hasSize(100);
    assertThat(cut.json().path("counts").path("all").asInt()).isGreaterThan(100);
    assertThat(cut.err()).contains("Tiny.0.et", "byte").contains("heddle: ");
  }

  private static byte[] delimited(int field, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(field << 3 | 2);
    out.write(content.length);
    out.writeBytes(content);
    return out.toByteArray();
  }

  @Test
  void namesAreShownWithoutWhatATerminalObeys() throws IOException {
    String name = "\u001b[2Jevil\n\u202ename";
    byte[] node = delimited(2, name.getBytes(StandardCharsets.UTF_8));
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.write(0);
    file.write(node.length);
    file.writeBytes(node);
    Files.write(trace, file.toByteArray());
    assertThat(inspect().out())
        .contains("\ufffd[2Jevil\ufffd\ufffdname")
        .doesNotContain("\u001b", "\u202e");
    assertThat(inspect("--json").json().path("nodes").get(0).path("name").asText()).isEqualTo(name);
  }

  @Property(tries = 200)
  void whateverAFileHoldsItIsTheFilesFault(
      @ForAll @Size(max = 400) byte[] bytes, @ForAll @IntRange(max = 3) int kind)
      throws IOException {
    Path file = Files.createTempFile("inspect", ".et");
    try {
      // A valid beginning leads into the records.
      ByteArrayOutputStream content = new ByteArrayOutputStream();
      if (kind > 0) {
        content.write(0);
      }
      if (kind > 1) {
        content.write(Math.min(127, bytes.length));
      }
      content.writeBytes(bytes);
      Files.write(file, content.toByteArray());
      for (String form : new String[] {"--json", "--limit=5"}) {
        Execution inspect = Execution.of("inspect", file, form);
        assertThat(inspect.exit()).as(inspect.err()).isBetween(0, 1);
        assertThat(inspect.err().isEmpty()).isEqualTo(inspect.exit() == 0);
        if (form.equals("--json")) {
          assertThat(inspect.json().path("status").asText())
              .isEqualTo(inspect.exit() == 0 ? "ok" : "error");
        }
      }
    } finally {
      Files.delete(file);
    }
  }
}
