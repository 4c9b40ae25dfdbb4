package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Published steps beside predicted ones. */
class ValidateStepsTest {
  private static final String HEAD =
      "row_id,family,class,framework,model,layers,hidden,heads,kv_heads,head_dim,ffn,vocab,experts,"
          + "top_k,moe_ffn,shared_ffn,dense_layers,gpu,gpus_per_node,n,tp,pp,cp,ep,etp,vp,dp,zero,"
          + "shard_group,recompute,precision,seq,gbs,mbs,sequence_parallel,tp_overlap,dp_overlap,"
          + "stage_layout,step_time_s,mem_gib,mem_kind,status,needs,exclude";

  @TempDir private Path folder;

  /** A row of a small model, with other values in some columns. */
  private static String row(String... changes) {
    Map<String, String> cells = new LinkedHashMap<>();
    for (String column : HEAD.split(",", -1)) {
      cells.put(column, "");
    }
    String all =
        "row_id=r family=llama@hopper@megatron class=dense_bf16 framework=megatron model=unseen"
            + " layers=8 hidden=1024 heads=8 kv_heads=8 head_dim=128 ffn=4096 vocab=32000"
            + " gpu=h100_sxm gpus_per_node=8 n=16 tp=2 pp=2 cp=1 ep=1 etp=1 vp=2 dp=4 zero=1"
            + " recompute=none precision=bf16 seq=1024 gbs=64 mbs=2 tp_overlap=true"
            + " stage_layout=even step_time_s=0.1 status=ok";
    for (String cell : all.split(" ", -1)) {
      set(cells, cell);
    }
    for (String change : changes) {
      set(cells, change);
    }
    return String.join(",", cells.values());
  }

  private static void set(Map<String, String> cells, String cell) {
    String[] sides = cell.split("=", 2);
    assertThat(cells).containsKey(sides[0]);
    cells.put(sides[0], sides[1]);
  }

  private Path table(String... rows) throws IOException {
    Path file = folder.resolve("steps.csv");
    Files.writeString(file, HEAD + "\n" + String.join("\n", rows) + "\n");
    return file;
  }

  private static JsonNode json(Execution execution) throws IOException {
    assertThat(execution.exit()).as(execution.err()).isZero();
    return new ObjectMapper().readTree(execution.out());
  }

  private static final Path STEPS = Path.of("..", "measurements", "steps.csv");

  private static final Path PAGE = Path.of("..", "docs", "accuracy.md");

  /** The rows of some classes. */
  private Path steps(String... classes) throws IOException {
    List<String> lines = Files.readAllLines(STEPS);
    List<String> some = new ArrayList<>(List.of(lines.get(0)));
    for (String line : lines) {
      if (List.of(classes).contains(line.split(",", -1)[2])) {
        some.add(line);
      }
    }
    return Execution.write(folder.resolve("some.csv"), String.join("\n", some) + "\n");
  }

  private Path page() {
    return Execution.write(
        folder.resolve("page.md"),
        "before\n<!-- begin: heddle validate -->\nold\n<!-- end: heddle validate -->\nafter\n");
  }

  /** Classes do not depend on one another: a few of them make lines of the page. */
  @Test
  void thePageOfAccuracySaysWhatTheCommandSays() throws IOException {
    Path page = page();
    Execution made = Execution.of("validate", steps("fp4", "moe_bf16"), "--page", page);
    assertThat(made.exit()).as(made.err()).isZero();
    String text = Files.readString(page);
    assertThat(text).startsWith("before\n").endsWith("after\n").doesNotContain("old");
    String published = Files.readString(PAGE);
    assertThat(
            text.lines().filter(line -> line.startsWith("| fp4") || line.startsWith("| moe_bf16")))
        .hasSizeGreaterThan(6)
        .allSatisfy(line -> assertThat(published).contains(line + "\n"));
  }

  /** All rows; it takes a minute or two. */
  @Test
  @EnabledIfSystemProperty(named = "heddle.accuracy", matches = "all")
  void theWholePageIsWhatTheCommandMakes() throws IOException {
    Path page = folder.resolve("accuracy.md");
    Files.copy(PAGE, page);
    assertThat(Execution.of("validate", STEPS, "--page", page).exit()).isZero();
    assertThat(page).hasSameTextualContentAs(PAGE);
  }

  /** Every row is in the report, with its numbers; those that count are drawn. */
  @Test
  void theReportHasEveryRow() throws IOException {
    Path report = folder.resolve("report.html");
    Path table =
        table(
            row("row_id=near"),
            row("row_id=<b>far</b>", "step_time_s=10", "mem_gib=10", "mem_kind=allocated"),
            row("row_id=out", "exclude=odd"));
    Execution made = Execution.of("validate", table, "--report", report);
    assertThat(made.exit()).as(made.err()).isZero();
    String page = Files.readString(report);
    assertThat(page)
        .contains("Predicted and measured: steps.csv")
        .contains("&lt;b&gt;far")
        .doesNotContain("<b>far")
        .contains(">odd<");
    String data = page.substring(page.indexOf("id=\"data\">") + "id=\"data\">".length());
    JsonNode figures =
        new ObjectMapper().readTree(data.substring(0, data.indexOf("</script>"))).path("figures");
    assertThat(figures.findValuesAsText("id")).containsExactly("time", "memory");
    JsonNode points = figures.path(0).path("groups").path(0).path("points");
    assertThat(points).hasSize(2);
    // Of a time a hundred times as long the prediction is a hundredth.
    assertThat(points.path(0).path(1).asDouble() / points.path(1).path(1).asDouble())
        .isCloseTo(100, within(1e-6));
    assertThat(figures.path(1).path("groups").path(0).path("points")).hasSize(1);
  }

  @Test
  void noOutputIsWrittenOverAnother() throws IOException {
    Path file = folder.resolve("out");
    Execution refused = Execution.of("validate", table(row()), "--report", file, "--csv", file);
    assertThat(refused.exit()).isEqualTo(2);
    assertThat(refused.err()).contains("--csv and --report name one file");
    assertThat(file).doesNotExist();
  }

  @Test
  void aPageWithoutMarksIsLeftAlone() throws IOException {
    Path page = Execution.write(folder.resolve("page.md"), "no marks\n");
    Execution refused = Execution.of("validate", table(row()), "--page", page);
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("page.md: put <!-- begin: heddle validate -->");
    assertThat(page).hasContent("no marks");
  }

  /** A run that ended for want of memory leaves its shape open, and counts although excluded. */
  @Test
  void memoryIsScored() throws IOException {
    JsonNode scored =
        json(
            Execution.of(
                "validate",
                table(
                    row("mem_gib=10", "mem_kind=allocated"),
                    row("row_id=b", "mem_gib=20", "mem_kind=reserved"),
                    row(
                        "row_id=oom",
                        "status=oom",
                        "exclude=no time",
                        "step_time_s=",
                        "ffn=",
                        "kv_heads=",
                        "layers=4000")),
                "--json"));
    assertThat(scored.get("memory").findValuesAsText("name"))
        .containsExactly("allocated", "reserved");
    JsonNode first = scored.get("rows").get(0);
    JsonNode parts = first.get("memory");
    assertThat(first.get("memory_predicted_gib").asDouble())
        .isCloseTo(parts.get("allocated").asDouble() / (1L << 30), within(1e-5));
    assertThat(scored.get("out_of_memory").get("failed").asInt()).isEqualTo(1);
    assertThat(scored.get("out_of_memory").get("found").asInt()).isEqualTo(1);
    assertThat(scored.get("out_of_memory").get("false").asInt()).isZero();
    assertThat(scored.get("rows").get(2).get("assumed").toString())
        .contains("ffn 4096, as rows of the model state");
  }

  @Test
  void rowsOfModelsThatNobodyNamedBecomePlans() throws IOException {
    Path file =
        table(
            row(),
            row(
                "row_id=fsdp",
                "zero=fsdp",
                "framework=torchtitan",
                "tp=1",
                "pp=1",
                "vp=1",
                "dp=16"),
            row("row_id=cp", "cp=2", "dp=2", "precision=fp8_delayed"),
            row(
                "row_id=moe",
                "ffn=",
                "experts=8",
                "top_k=2",
                "moe_ffn=512",
                "tp=1",
                "pp=1",
                "vp=1",
                "ep=8",
                "dp=16"),
            row("row_id=gpt", "model=gpt_5b", "tp=4", "dp=2", "recompute=full"),
            row("row_id=layout", "stage_layout=Et|t*2|(tt)|tttL"),
            row("row_id=ends", "layers=6", "stage_layout=even_with_embed_loss"),
            row("row_id=hybrid", "needs=mamba;mtp"),
            row("row_id=open", "gbs="),
            row("row_id=out", "exclude=a broken network"));
    JsonNode rows = json(Execution.of("validate", file.toString(), "--json")).get("rows");
    for (int i = 0; i < 7; i++) {
      JsonNode row = rows.get(i);
      assertThat(row.get("predicted_s").asDouble()).as(row.toString()).isPositive();
      assertThat(row.get("memory_predicted_gib").asDouble()).as(row.toString()).isPositive();
      assertThat(row.get("error").asDouble())
          .isEqualTo(row.get("predicted_s").asDouble() / 0.1 - 1);
    }
    assertThat(rows.get(0).get("assumed").toString()).contains("sequence_parallel true");
    assertThat(rows.get(7).get("reason").asText()).contains("Mamba");
    assertThat(rows.get(8).get("reason").asText()).isEqualTo("the row states no gbs");
    assertThat(rows.get(9).get("scored").asBoolean()).isFalse();
    assertThat(rows.get(9).get("reason").asText()).isEqualTo("a broken network");
  }

  @Test
  void theTableNamesRowsThatAreNotPredicted() throws IOException {
    Path file = table(row(), row("row_id=hybrid", "needs=mamba"), row("exclude=old"));
    Path csv = folder.resolve("out.csv");
    Execution execution = Execution.of("validate", file.toString(), "--csv", csv.toString());
    assertThat(execution.exit()).as(execution.err()).isZero();
    assertThat(execution.out())
        .contains("dense_bf16")
        .contains(
            "not predicted: the columns of the table do not say how layers with states (Mamba) are built: hybrid")
        .contains("1 rows are excluded by the table");
    List<String> lines = Files.readAllLines(csv);
    assertThat(lines).hasSize(4);
    assertThat(lines.get(0))
        .isEqualTo(
            "row_id,class,family,measured_s,predicted_s,error,memory_measured_gib,"
                + "memory_predicted_gib,memory_error,assumed,reason");
  }

  @ParameterizedTest
  @CsvSource({
    "tp=two,             column `tp`: `two` is not a whole number",
    "zero=9,             column `zero`: `9` is none of",
    "recompute=full:block:x, column `recompute`: `x` is not a whole number",
    "stage_layout=E(t,   column `stage_layout`: a bracket is not closed",
    "stage_layout=x,     column `stage_layout`: `x` is no layout",
    "step_time_s=-1,     column `step_time_s`: -1 is not above 0",
  })
  void aWrongCellIsNamed(String change, String message) throws IOException {
    Execution execution = Execution.of("validate", table(row(), row(change)).toString());
    assertThat(execution.exit()).isEqualTo(1);
    assertThat(execution.err()).contains("steps.csv:3: " + message);
  }

  @ParameterizedTest
  @CsvSource({
    "'x = 1',                     ':1: this line stands in no section'",
    "'[modl a]',                  ':1: no kind of section is called `modl`'",
    "'[gpu a]|memry = 1',         ':2: a section of kind gpu has no `memry`'",
    "'[gpu a]|rack = 1|rack = 2', ':3: `rack` stands twice'",
    "'[gpu]',                     ':1: a section names at least one pattern'",
    "'[gpu a where]',             ':1: a column is missing behind `where`'",
    "'[gpu a',                    ':1: the head of a section ends with `]`'",
    "'[gpu a where b since x]',   ':1: `x` is not a version, such as 26.04'",
    "'[gpu a]|nothing',           ':2: expected `[kind pattern]` or `key = value`'",
  })
  void aWrongMappingIsNamed(String lines, String message) throws IOException {
    Path map = folder.resolve("my.map");
    Files.writeString(map, lines.replace('|', '\n') + "\n");
    Execution execution =
        Execution.of("validate", table(row()).toString(), "--map", map.toString());
    assertThat(execution.exit()).isEqualTo(1);
    assertThat(execution.err()).contains("my.map" + message);
  }

  @Test
  void aRowCanBeShownAsAPlan() throws IOException {
    Path file = table(row("row_id=a"), row("row_id=b", "tp=4", "dp=2", "gbs=32"));
    Execution shown = Execution.of("validate", file.toString(), "--show", "b");
    assertThat(shown.exit()).as(shown.err()).isZero();
    Path plan = folder.resolve("b.tfm");
    Files.writeString(plan, shown.out());
    assertThat(shown.out()).contains("engine    megatron", "batch     32");
    double predicted =
        json(Execution.of("validate", file.toString(), "--json"))
            .get("rows")
            .get(1)
            .get("predicted_s")
            .asDouble();
    long run =
        json(Execution.of("run", plan.toString(), "--mode", "analytical", "--json"))
            .get("iteration_time_ns")
            .asLong();
    assertThat(predicted * 1e9).isCloseTo((double) run, within(2.0));
    assertThat(Execution.of("validate", file.toString(), "--show", "c").exit()).isEqualTo(2);
  }

  @Test
  void eitherStepsOrKernels() throws IOException {
    Execution neither = Execution.of("validate");
    assertThat(neither.exit()).isEqualTo(2);
    Execution both = Execution.of("validate", table(row()).toString(), "--device", "h200");
    assertThat(both.exit()).isEqualTo(2);
    Execution kernels = Execution.of("validate", table(row()).toString(), "--rows", "h200");
    assertThat(kernels.exit()).isEqualTo(2);
    assertThat(kernels.err()).contains("--rows says nothing beside a table of steps");
    Execution steps = Execution.of("validate", "--device", "h200", "--families");
    assertThat(steps.exit()).isEqualTo(2);
    assertThat(steps.err()).contains("--families says nothing beside --device");
  }
}
