package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Results as a page, and as a real browser shows it where there is one. */
@Tag("slow")
class ResultsReportTest {
  private static final String SWEEP =
      """

      sweep Shapes of Desk8 {
        tp in 1, 2, 4
        pp in 1, 2
        dp = 8 / (tp * pp)
        schedule in gpipe, one_f_one_b
        layout in (pp > dp > tp), (dp > pp > tp)
        overlap in (), (tp chunks 2)
      }
      """;

  /** Another sweep of the plan: it has other names, and numbers from 0. */
  private static final String MORE =
      """
      sweep More of Desk8 { tp in 2, 4  dp = 8 / (tp * 2)  recompute in (), full }
      """;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MANY = 200_000;

  @TempDir private Path folder;

  private Path file = Path.of("");
  private Path results = Path.of("");
  private Path page = Path.of("");
  private Browser browser;

  @BeforeEach
  void sweep() {
    file = Execution.write(folder.resolve("swept.tfm"), Execution.tinyText() + SWEEP + MORE);
    results = folder.resolve("results");
    page = folder.resolve("report.html");
    sweep("Shapes");
  }

  private void sweep(String name) {
    Execution run =
        Execution.of("sweep", file, "--sweep", name, "--mode", "analytical", "--output", results);
    assertThat(run.exit()).as(run.err()).isZero();
  }

  @AfterEach
  void closeBrowser() {
    if (browser != null) {
      browser.close();
    }
  }

  private String report(Object... more) throws IOException {
    List<Object> words = new ArrayList<>(List.of("results", "report", results, "-o", page));
    words.addAll(List.of(more));
    Execution run = Execution.of(words.toArray());
    assertThat(run.err()).isEmpty();
    assertThat(run.exit()).isZero();
    return Files.readString(page);
  }

  private void open() {
    assumeTrue(
        Browser.program().isPresent(), "no chromium on the path, and HEDDLE_CHROMIUM names none");
    browser = Browser.open(Browser.program().orElseThrow(), folder.resolve("profile"));
    browser.resize(1200, 900);
    browser.load(page);
  }

  private String text(String selector) {
    return browser.evaluate("document.querySelector('" + selector + "').innerText").asText();
  }

  /** Types a condition as a reader does, and waits until it is taken. */
  private void filter(String condition) {
    browser.evaluate(
        "document.getElementById('taken').textContent = '';"
            + "document.getElementById('where').value = \""
            + condition
            + "\"; document.querySelector('.filter').dispatchEvent(new Event('submit',"
            + " {cancelable: true}))");
    browser.await("document.getElementById('taken').textContent !== ''");
  }

  /** Conditions that the command and the page must answer alike, whatever points lack. */
  private static final List<String> CONDITIONS =
      List.of(
          "tp <= 2",
          "fits and pp == 2 or tp * dp >= 8",
          "memory > 40000000",
          "tp * dp != 8",
          "(tp) != 4",
          "4 != tp",
          "0 - tp != 0 - pp",
          "tp != pp",
          "tp = 1 = 1",
          "layout = 'pp>dp>tp'",
          "'pp > dp>tp' != layout",
          "overlap != 'tp chunks 2'",
          "overlap = ''",
          "recompute != full",
          "recompute = full",
          "recompute = ''",
          "recompute != full or tp = 4",
          "schedule != gpipe and tp + pp - dp < 3",
          "fits = true",
          "fits != true",
          "fits = false",
          "memory / 2 > 20000000",
          "8 / tp = 2 and dp % 2 = 0",
          "tp / pp = 1",
          "tp / (pp - 1) = 2",
          "time < 1000000000000 and ranks = 8",
          "max(tp, pp, 2) = 2 and gcd(tp, dp) = 1",
          "ceil_div(dp, 3) = 2");

  private static final List<String> WRONG =
      List.of(
          "ranks = dpp",
          "tp != dpp",
          "fits = maybe",
          "gpipe = schedule",
          "colour = red",
          "schedule < 3",
          "'gpipe' = 'gpipe'",
          "fits and 'gpipe'",
          "min(tp) = 1",
          "log(tp, 2) = 1",
          "tp <= and");

  /** Of the JSON that `results` prints, the points with a condition. */
  private long count(String where) {
    return Execution.of("results", results, "--where", where, "--json")
        .json()
        .path("points")
        .size();
  }

  @Test
  void hasEveryPointAndTheBestWithoutScripts() throws IOException {
    String text = report();
    Matcher data = Pattern.compile("id=\"data\">(.*?)</script>", Pattern.DOTALL).matcher(text);
    assertThat(data.find()).isTrue();
    JsonNode columns = JSON.readTree(data.group(1));
    assertThat(columns.path("size").asInt()).isEqualTo(48);
    assertThat(columns.path("values"))
        .extracting(column -> column.path("name").asText())
        .containsExactly("tp", "pp", "schedule", "layout", "overlap", "dp");
    assertThat(columns.path("figures"))
        .extracting(column -> column.path("name").asText())
        .contains("iteration_time_ns", "memory_peak_bytes", "mfu", "fits");
    assertThat(text).contains("<h2>Best points</h2>", "<th scope=\"col\">overlap</th>");
    assertThat(text.replaceAll("(?s)<script.*?</script>", ""))
        .doesNotContain("src=\"http", "href=\"http", "url(", "@import");
  }

  @Test
  void refusesAnotherFileAndAPlaceAmongTheResults() {
    Path other = Execution.tiny(folder.resolve("other"));
    Execution run = Execution.of("results", "report", results, "-o", page, "--file", other);
    assertThat(run.exit()).isEqualTo(1);
    assertThat(run.err()).contains("another text than").contains("name the file that was swept");
    assertThat(page).doesNotExist();
    assertThat(Execution.of("results", "report", results, "-o", results.resolve("r.html")).exit())
        .isEqualTo(2);
  }

  @Test
  void filtersAsTheCommandDoes() throws IOException {
    report();
    open();
    assertThat(text("#taken")).startsWith("48 of 48 points");
    sweep("More");
    report();
    browser.load(page);
    for (String where : CONDITIONS) {
      filter(where);
      assertThat(text("#taken")).as(where).startsWith(count(where) + " of 52 points");
    }
    for (String where : WRONG) {
      filter(where);
      assertThat(text("#taken")).as(where).startsWith("Not a condition");
      assertThat(Execution.of("results", results, "--where", where).exit()).as(where).isEqualTo(2);
    }
    filter("-tp != -4 and not (tp < 2) and mfu > 0.0");
    assertThat(text("#taken")).startsWith(count("tp = 2") + " of 52 points");
    filter("schedule = gpipe and not (tp = 4) and layout = 'pp > dp > tp'");
    assertThat(text("#taken")).startsWith("8 of 52 points");
    filter("tp <= and");
    assertThat(text("#taken")).startsWith("Not a condition");
    filter("nonsense > 3");
    assertThat(text("#taken")).isEqualTo("Not a condition: no point has nonsense");
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void drawsAndSortsAndTurnsPages() throws IOException {
    report();
    open();
    for (String chart : List.of("front", "sensitivity")) {
      browser.await("document.querySelectorAll('#%s svg path').length > 10".formatted(chart));
    }
    String first = "document.querySelector('#sheet tbody th').innerText";
    JsonNode best = Execution.of("results", results, "--json").json().path("points");
    long least = Long.MAX_VALUE;
    for (JsonNode point : best) {
      least = Math.min(least, point.path("iteration_time_ns").asLong());
    }
    assertThat(best.get(browser.evaluate(first).asInt()).path("iteration_time_ns").asLong())
        .isEqualTo(least);
    // Keys of a keyboard reach a column as a button.
    browser.evaluate("document.querySelectorAll('#sheet thead button')[0].click()");
    assertThat(browser.evaluate(first).asText()).isEqualTo("0");
    assertThat(browser.evaluate("document.activeElement.className").asText()).isEqualTo("sort");
    browser.evaluate("document.querySelectorAll('#sheet thead button')[0].click()");
    assertThat(browser.evaluate(first).asText()).isEqualTo("47");
    assertThat(
            browser
                .evaluate("document.querySelector('#sheet thead th').getAttribute('aria-sort')")
                .asText())
        .isEqualTo("descending");
    assertThat(browser.requests()).containsExactly(page.toUri().toString());
    assertThat(browser.complaints()).isEmpty();
  }

  /** The page of a point says how to run it, and the run comes to the same. */
  @Test
  void aPointHasAPageWithACommandThatRunsIt() throws IOException {
    report("--file", file);
    open();
    browser.evaluate("window.location.replace('#row=27')");
    browser.await("document.getElementById('command') !== null");
    assertThat(text("#single h2")).isEqualTo("Point 27");
    assertThat(browser.evaluate("document.getElementById('overview').hidden").asBoolean()).isTrue();
    String command = text("#command");
    Matcher words = Pattern.compile("'([^']*)'|(\\S+)").matcher(command);
    List<String> run = new ArrayList<>();
    while (words.find()) {
      run.add(words.group(1) == null ? words.group(2) : words.group(1));
    }
    assertThat(run.remove(0)).isEqualTo("heddle");
    run.add("--json");
    JsonNode step = Execution.of(run.toArray()).json();
    JsonNode point = Execution.of("results", results, "--json").json().path("points").get(27);
    assertThat(step.path("iteration_time_ns")).isEqualTo(point.path("iteration_time_ns"));
    assertThat(text("#single")).contains(point.path("iteration_time_ns").asText());
    browser.evaluate("window.location.replace('#')");
    browser.await("!document.getElementById('overview').hidden");
    browser.await("document.querySelectorAll('#front svg').length === 1");
    assertThat(browser.complaints()).isEmpty();
  }

  /** Two sweeps number their points alike: each row of the table leads to its own point. */
  @Test
  void pointsOfTwoSweepsHavePagesOfTheirOwn() throws IOException {
    sweep("More");
    report();
    open();
    browser.evaluate("document.querySelectorAll('#sheet thead button')[0].click()");
    JsonNode points = Execution.of("results", results, "--json").json().path("points");
    assertThat(points).hasSize(52);
    assertThat(points.get(0).path("point")).isEqualTo(points.get(1).path("point"));
    for (int row = 0; row < 8; row++) {
      browser.evaluate(
          "window.location.replace(document.querySelectorAll('#sheet tbody th a')[%d].hash)"
              .formatted(row));
      browser.await(
          "document.getElementById('overview').hidden && location.hash === '#row=%d'"
              .formatted(row));
      assertThat(text("#single h2")).isEqualTo("Point " + points.get(row).path("point").asInt());
      assertThat(text("#single")).contains(points.get(row).path("iteration_time_ns").asText());
      points
          .get(row)
          .path("values")
          .properties()
          .forEach(value -> assertThat(text("#settings")).contains(value.getKey()));
      assertThat(browser.evaluate("document.querySelectorAll('#settings tbody tr').length").asInt())
          .isEqualTo(points.get(row).path("values").size());
      browser.evaluate("window.location.replace('#')");
      browser.await("!document.getElementById('overview').hidden");
    }
    assertThat(
            browser.evaluate(
                "[...document.querySelector('select[name=pp]').options].map(o => o.text)"))
        .extracting(JsonNode::asText)
        .containsExactly("any", "not set", "1", "2");
    assertThat(browser.complaints()).isEmpty();
  }

  /** Numbers are in their order where some are left out, however many there are. */
  @Test
  void ordersNumbersBehindWhatIsLeftOut() throws IOException {
    List<String> lines = Files.readAllLines(results.resolve("points.jsonl"));
    List<String> changed = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      ObjectNode point = (ObjectNode) JSON.readTree(lines.get(i));
      ((ObjectNode) point.path("values")).put("k", i % 3 == 1 ? "" : String.valueOf(i * 29 % 48));
      changed.add(point.toString());
    }
    Files.write(results.resolve("points.jsonl"), changed);
    report();
    open();
    List<String> shown = new ArrayList<>();
    browser
        .evaluate("[...document.querySelector('select[name=k]').options].map(o => o.text)")
        .forEach(text -> shown.add(text.asText()));
    assertThat(shown.subList(0, 2)).containsExactly("any", "()");
    assertThat(shown.subList(2, shown.size()).stream().map(Integer::valueOf))
        .hasSize(32)
        .isSorted();
  }

  /** Names and reasons are of files that may come from anywhere. */
  @Test
  void takesNoTextForMarkup() throws IOException {
    String hostile = "</script><img src=x onerror=\"document.title='taken'\">&";
    List<String> lines = Files.readAllLines(results.resolve("points.jsonl"));
    ObjectNode dropped = (ObjectNode) JSON.readTree(lines.get(0));
    dropped.put("status", "dropped").put("reason", hostile).put("key", "f".repeat(32));
    dropped.put("point", 48);
    ((ObjectNode) dropped.path("values")).put(hostile, hostile);
    Files.writeString(
        results.resolve("points.2.jsonl"), dropped + "\n" + dropped(lines.get(1), hostile) + "\n");
    String text = report();
    assertThat(text).doesNotContain("<img src=x").doesNotContain(hostile);
    open();
    browser.evaluate("window.location.replace('#row=48')");
    browser.await("document.getElementById('command') !== null");
    assertThat(text("#single")).contains("Dropped: " + hostile);
    assertThat(browser.evaluate("document.querySelectorAll('img').length").asInt()).isZero();
    assertThat(browser.evaluate("document.title").asText()).isEqualTo("Results of plan Desk8");
    assertThat(browser.complaints()).isEmpty();
  }

  private static String dropped(String line, String name) throws IOException {
    ObjectNode point = (ObjectNode) JSON.readTree(line);
    point.put("key", "e".repeat(32)).put("point", 49);
    ((ObjectNode) point.path("values")).put(name, name);
    return point.toString();
  }

  @Test
  void followsColoursAndFitsANarrowWindow() throws IOException {
    report();
    open();
    browser.prefer("dark");
    browser.await("getComputedStyle(document.body).backgroundColor === 'rgb(20, 24, 31)'");
    browser.resize(420, 900);
    browser.load(page);
    assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
        .isLessThanOrEqualTo(420);
    assertThat(
            browser.evaluate(
                "[...document.querySelectorAll('.chart')].flatMap(chart =>"
                    + " [...chart.querySelectorAll('text')].filter(text =>"
                    + " text.getBoundingClientRect().left <"
                    + " chart.getBoundingClientRect().left).map(text => text.textContent))"))
        .isEmpty();
    assertThat(browser.complaints()).isEmpty();
  }

  /** Points of a long sweep are boxes, and rows come page by page. */
  @Test
  void drawsHundredsOfThousandsOfPoints() throws IOException {
    List<String> lines = Files.readAllLines(results.resolve("points.jsonl"));
    try (BufferedWriter out = Files.newBufferedWriter(results.resolve("points.2.jsonl"))) {
      for (int i = lines.size(); i < MANY; i++) {
        ObjectNode point = (ObjectNode) JSON.readTree(lines.get(i % lines.size()));
        point.put("point", i).put("key", "%032x".formatted(i + 1));
        ((ObjectNode) point.path("values")).put("note", "n" + i);
        point.put("iteration_time_ns", point.path("iteration_time_ns").asLong() + 997L * i);
        point.put("memory_peak_bytes", point.path("memory_peak_bytes").asLong() + 61L * (i % 4999));
        out.write(point + "\n");
      }
    }
    assertThat(report().length()).isLessThan(140 * MANY + 2_000_000);
    open();
    assertThat(text("#taken")).startsWith("200,000 of 200,000 points");
    browser.await("document.querySelectorAll('#front canvas').length === 1");
    assertThat(browser.evaluate("document.querySelectorAll('#sheet tbody tr').length").asInt())
        .isEqualTo(50);
    assertThat(browser.evaluate("document.querySelectorAll('*').length").asInt()).isLessThan(5000);
    assertThat(text("#overview")).contains("more than 200 values: note.");
    JsonNode times =
        browser.evaluate(
            "[performance.now(), (() => { const t = performance.now();"
                + " document.querySelectorAll('#sheet thead button')[1].click();"
                + " return performance.now() - t; })()]");
    assertThat(times.path(1).asDouble()).as("ms to sort").isLessThan(20_000);
    filter("tp = 4");
    assertThat(text("#taken")).startsWith("66,6");
    // Texts that are not in the page are in no command.
    browser.evaluate("window.location.replace('#row=%d')".formatted(MANY / 10));
    browser.await("document.getElementById('command') !== null");
    assertThat(text("#command")).contains("--set", "note=n" + MANY / 10);
    browser.evaluate("window.location.replace('#row=%d')".formatted(MANY - 1));
    browser.await("document.querySelector('p#command') !== null");
    assertThat(text("#command"))
        .contains("does not hold all values of note")
        .doesNotContain("heddle run");
    assertThat(browser.complaints()).isEmpty();
  }
}
