package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What commands print is what {@code docs/schemas} says, to the last key. */
class SchemasTest {
  private static final String POOLS =
      """
      plan Prefill of Tiny {
        mesh tp = 2
        shard { n f voc over tp }
        prefill 64 (sequences = 2)
        on desk
      }
      plan Decode of Tiny {
        mesh dp = 2
        shard { b over dp }
        decode 2 (context = 32)
        on desk
      }
      serve Apart of Tiny {
        pool     prefill 1 of Prefill, decode 1 of Decode
        transfer (at = 10 GB/s)
        requests closed 4 (input = 32, output = 8)
        batching vllm
      }
      """;

  @TempDir private Path folder;

  /** {@link Execution} holds the output of every test against the schema, and so of these. */
  private static JsonNode printed(String command, Object... more) {
    List<Object> arguments = new ArrayList<>(List.of(command));
    arguments.addAll(List.of(more));
    arguments.add("--json");
    return Execution.of(arguments.toArray()).json();
  }

  /** Words behind {@code heddle} whose command, or one below it, takes {@code --json}. */
  private static Set<String> commands() {
    Set<String> commands = new TreeSet<>();
    new CommandLine(new Heddle())
        .getSubcommands()
        .forEach(
            (name, command) -> {
              if (printsJson(command)) {
                commands.add(name);
              }
            });
    return commands;
  }

  private static boolean printsJson(CommandLine command) {
    return command.getCommandSpec().optionsMap().containsKey("--json")
        || command.getSubcommands().values().stream().anyMatch(SchemasTest::printsJson);
  }

  @Test
  void everyCommandThatPrintsJsonHasASchemaAndATestHere() throws IOException {
    assertThat(commands()).hasSizeGreaterThan(10);
    try (Stream<Path> files = Files.list(JsonSchemas.FOLDER)) {
      List<String> others = List.of(JsonSchemas.OF_CLASSES);
      assertThat(files.map(file -> file.getFileName().toString().replace(JsonSchemas.SUFFIX, "")))
          .filteredOn(name -> !others.contains(name))
          .containsExactlyInAnyOrderElementsOf(commands());
    }
    assertThat(Arrays.stream(SchemasTest.class.getDeclaredMethods()).map(Method::getName))
        .containsAll(commands());
    String page = Files.readString(JsonSchemas.FOLDER.resolveSibling("cli.md"));
    assertThat(commands())
        .allSatisfy(
            name -> assertThat(page).contains("[%1$s](schemas/%1$s.schema.json)".formatted(name)));
  }

  @Test
  void whatIsNotInTheSchemaIsFound() {
    String good = Execution.of("cache", "info", "--json").out();
    assertThat(JsonSchemas.errors("cache", good)).isEmpty();
    assertThat(JsonSchemas.errors("cache", good.replace("bytes", "octets"))).hasSize(2);
  }

  @Test
  void run() {
    Path tiny = Execution.tiny(folder);
    printed("run", tiny, "--plan", "Desk8");
    printed("run", tiny, "--plan", "Desk8", "--critical-path", "--slow", "rank=3:1.5");
    printed("run", tiny, "--plan", "Desk8", "--mode", "analytical");
    printed("run", tiny, "--plan", "Desk8", "--set", "tp=3");
    Path pools = folder.resolve("pools.tfm");
    String text = Execution.tinyText() + POOLS;
    printed("run", Execution.write(pools, text), "--serve", "Apart");
    printed("run", pools, "--serve", "Apart", "--steps", "2");
    printed("run", Execution.write(pools, text + "plan"), "--serve", "Apart");
  }

  @Test
  void check() {
    printed("check", Execution.tiny(folder), Execution.example("llama3_8b.tfm"));
    printed("check", folder.resolve("missing.tfm"));
    printed(
        "check",
        Execution.write(
            folder.resolve("wrong.tfm"), Execution.tinyText().replace("tp = 2", "tp = 3")));
  }

  @Test
  void memory() {
    printed("memory", Execution.tiny(folder), "--plan", "Desk8");
  }

  @Test
  void inference() {
    Path file =
        Execution.write(
            folder.resolve("inference.tfm"),
            Execution.tinyText()
                + """
                plan Decode of Tiny {
                  mesh dp = 4, tp = 2
                  shard { b over dp  n f voc over tp }
                  decode 8 (context = 32)
                  on desk(nodes = 4)
                }
                """);
    printed("run", file, "--plan", "Decode");
    printed("memory", file, "--plan", "Decode");
  }

  @Test
  void load() {
    Path file =
        Execution.write(folder.resolve("load.tfm"), Execution.tinyText() + LoadCommandTest.PLANS);
    printed("load", file, "--serve", "Chat", "--no-cache");
    printed("load", file, "--serve", "Apart", "--no-cache");
    Path one =
        Execution.write(
            folder.resolve("one.csv"),
            "arrival_s,input,output,first_token_s,last_token_s\n0,8,1,0.5,0.5\n1,0,3,2,3\n");
    printed("load", file, "--serve", "Chat", "--no-cache", "--requests", one);
  }

  @Test
  void sweep() {
    printed("sweep", swept());
    printed("sweep", swept(), "--dry-run");
  }

  @Test
  void search() {
    printed("search", swept());
    Path fleets =
        Execution.write(
            folder.resolve("fleets.tfm"), Execution.tinyText() + ServeSearchCommandTest.FLEETS);
    printed("search", fleets, "--search", "Cheapest", "--no-cache");
    printed("search", fleets, "--search", "None", "--no-cache");
  }

  private Path swept() {
    return Execution.write(
        folder.resolve("swept.tfm"),
        Execution.tinyText()
            + """
            sweep S of Desk8 { tp in 1, 2, 4  pp in 1, 2, 3  dp = 8 / (tp * pp)  heads in 4, 6 }
            search F of Desk8 { tp in any  pp in any  dp = 8 / (tp * pp)  minimize time }
            """);
  }

  @Test
  void emit() {
    Path tiny = Execution.tiny(folder);
    printed("emit", tiny, "--plan", "Desk8", "-o", folder.resolve("traces"));
    printed("emit", tiny, "--plan", "Desk8", "--classes", "-o", folder.resolve("classes"));
    Path pools = Execution.write(folder.resolve("pools.tfm"), Execution.tinyText() + POOLS);
    printed("emit", pools, "--serve", "Apart", "-o", folder.resolve("apart"));
  }

  @Test
  void expand() {
    Path classes = folder.resolve("classes");
    printed("emit", Execution.tiny(folder), "--plan", "Desk8", "--classes", "-o", classes);
    printed("expand", classes, "-o", folder.resolve("some"));
  }

  @Test
  void compare() {
    Path tiny = Execution.tiny(folder);
    printed("compare", tiny, "--slow", "rank=3:1.5");
    printed("compare", tiny, "--set", "batch=7");
  }

  @Test
  void explain() {
    Path tiny = Execution.tiny(folder);
    printed("explain", tiny, "--schedule");
    printed("explain", tiny, "--schedule", "--set", "schedule = zero_bubble_h1");
    printed("explain", tiny, "--symmetry");
  }

  @Test
  void inspect() throws IOException {
    Path trace = traces().resolve("Tiny.0.et");
    printed("inspect", trace);
    Files.write(trace, new byte[] {1, 2, 3}, StandardOpenOption.APPEND);
    assertThat(printed("inspect", trace).path("diagnosis")).isNotEmpty();
  }

  @Test
  void verify() throws IOException {
    Path traces = traces();
    printed("verify", traces.resolve("Tiny"));
    Files.delete(traces.resolve("Tiny.3.et"));
    assertThat(printed("verify", traces.resolve("Tiny")).path("sets").path(0).path("findings"))
        .isNotEmpty();
  }

  @Test
  void simulate() throws IOException {
    Path traces = traces();
    // Not into the working directory.
    Path memory = folder.resolve("memory");
    printed("simulate", "--memory-traces", memory, traces);
    Files.delete(traces.resolve("Tiny.3.et"));
    assertThat(printed("simulate", "--memory-traces", memory, traces).path("status").asText())
        .isEqualTo("error");
  }

  private Path traces() {
    Path traces = folder.resolve("traces");
    Execution emit = Execution.of("emit", Execution.tiny(folder), "-o", traces, "--tensors");
    assertThat(emit.exit()).as(emit.err()).isZero();
    return traces;
  }

  @Test
  void results() {
    Path results = folder.resolve("results");
    printed("sweep", swept(), "-o", results);
    assertThat(printed("results", results).path("points")).hasSizeGreaterThan(1);
    printed("results", results, "--where", "tp = 2");
  }

  @Test
  void validate() throws IOException {
    Path measurements = Path.of("..", "measurements");
    List<String> steps = Files.readAllLines(measurements.resolve("steps.csv"));
    Path some =
        Execution.write(
            folder.resolve("steps.csv"), String.join("\n", steps.subList(0, 20)) + "\n");
    assertThat(printed("validate", some).path("rows")).hasSize(19);
    printed(
        "validate",
        "--device",
        "h100_sxm",
        "--gemm",
        measurements.resolve("gemm.csv"),
        "--rows",
        "h100_sxm");
  }

  @Test
  void export() {
    Path example = Execution.example("llama3_8b.tfm");
    printed("export", "megatron", example, "--plan", "Pod64");
    printed("export", "torchtitan", example, "--plan", "Pod64");
    Path served =
        Execution.write(folder.resolve("served.tfm"), Execution.tinyText() + LoadCommandTest.PLANS);
    printed("export", "vllm", served, "--serve", "Apart");
    printed("export", "trtllm", served, "--plan", "Decode");
  }

  @Test
  void cache() {
    printed("cache", "info");
  }
}
