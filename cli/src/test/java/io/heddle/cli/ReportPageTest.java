package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reports as a real browser shows them; skipped where there is none. */
@Tag("slow")
class ReportPageTest {
  private static final int STAGES = 2;
  private static final int MICRO_BATCHES = 4;

  /** The forward passes that are drawn; what is lower than they are belongs to the legend. */
  private static final String FORWARD =
      "[...document.querySelectorAll('#pipeline path[fill=\"#4e86d8\"]')]"
          + ".filter(path => path.getBoundingClientRect().height > 12)";

  @TempDir private Path folder;

  private Browser browser;

  @BeforeEach
  void openBrowser() {
    assumeTrue(
        Browser.program().isPresent(), "no chromium on the path, and HEDDLE_CHROMIUM names none");
    browser = Browser.open(Browser.program().orElseThrow(), folder.resolve("profile"));
    browser.resize(1200, 900);
  }

  @AfterEach
  void closeBrowser() {
    if (browser != null) {
      browser.close();
    }
  }

  private Path report(Object... settings) {
    Path page = folder.resolve("report.html");
    Object[] arguments = new Object[settings.length + 6];
    arguments[0] = "run";
    arguments[1] = Execution.tiny(folder.resolve("specification"));
    arguments[2] = "--plan";
    arguments[3] = "Desk8";
    arguments[4] = "--report";
    arguments[5] = page;
    System.arraycopy(settings, 0, arguments, 6, settings.length);
    Execution run = Execution.of(arguments);
    assertThat(run.err()).isEmpty();
    assertThat(run.exit()).isZero();
    return page;
  }

  @Test
  void drawsEveryFigureAndLoadsNothing() {
    Path page = report();
    browser.load(page);
    JsonNode drawn =
        browser.evaluate(
            "[...document.querySelectorAll('.chart')].map(c => [c.id,"
                + " c.querySelectorAll('svg path').length])");
    assertThat(drawn).hasSize(6);
    for (JsonNode figure : drawn) {
      assertThat(figure.path(1).asInt()).as(figure.path(0).asText()).isGreaterThan(2);
    }
    assertThat(browser.evaluate(FORWARD + ".length").asInt()).isEqualTo(STAGES * MICRO_BATCHES);
    assertThat(browser.requests()).containsExactly(page.toUri().toString());
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void drawsMeasuredRows() throws IOException {
    Path page = folder.resolve("validation.html");
    List<String> rows = Files.readAllLines(Path.of("../measurements/steps.csv"));
    List<String> some = rows.subList(0, 41);
    Path table = Execution.write(folder.resolve("some.csv"), String.join("\n", some) + "\n");
    assertThat(Execution.of("validate", table, "--report", page).exit()).isZero();
    browser.load(page);
    JsonNode drawn = browser.evaluate("document.querySelectorAll('#time svg path').length");
    assertThat(drawn.asInt()).isGreaterThan(30);
    assertThat(browser.requests()).containsExactly(page.toUri().toString());
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void drawsHowRequestsWereServed() {
    Path file =
        Execution.write(folder.resolve("load.tfm"), Execution.tinyText() + LoadCommandTest.PLANS);
    Path page = folder.resolve("load.html");
    assertThat(Execution.of("load", file, "--serve", "Apart", "--report", page).exit()).isZero();
    browser.load(page);
    JsonNode drawn =
        browser.evaluate(
            "[...document.querySelectorAll('.chart')].map(c => [c.id,"
                + " c.querySelectorAll('svg path').length])");
    assertThat(drawn).hasSize(9);
    for (JsonNode figure : drawn) {
      assertThat(figure.path(1).asInt()).as(figure.path(0).asText()).isGreaterThan(2);
    }
    assertThat(browser.requests()).containsExactly(page.toUri().toString());
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void zoomsAndTellsOfWhatIsPointedAt() {
    browser.load(report());
    JsonNode first =
        browser.evaluate(
            "(r => [r.x + r.width / 2, r.y + r.height / 2])("
                + FORWARD
                + "[0].getBoundingClientRect())");
    browser.mouse("mouseMoved", first.path(0).asDouble() + 1, first.path(1).asDouble(), 0);
    browser.mouse("mouseMoved", first.path(0).asDouble(), first.path(1).asDouble(), 0);
    browser.await("/micro-batch 0/.test(document.getElementById('pipeline').textContent)");
    assertThat(browser.evaluate("document.getElementById('pipeline').textContent").asText())
        .contains("stage 0, rank 0", "forward, micro-batch 0", "exposed communication");

    browser.mouse("mouseWheel", first.path(0).asDouble(), first.path(1).asDouble(), -600);
    browser.await(FORWARD + ".length < " + STAGES * MICRO_BATCHES);
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void followsTheColoursThatThePersonPrefers() {
    browser.load(report());
    String paper = "getComputedStyle(document.body).backgroundColor";
    String ink = "document.querySelector('#ranks text').getAttribute('fill')";
    String light = browser.evaluate(ink).asText();
    assertThat(browser.evaluate(paper).asText()).isEqualTo("rgb(255, 255, 255)");
    browser.prefer("dark");
    browser.await(ink + " !== '" + light + "'");
    assertThat(browser.evaluate(paper).asText()).isEqualTo("rgb(20, 24, 31)");
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void isATextWithTablesWithoutScripts() {
    Path page = report();
    browser.withoutScripts();
    browser.load(page);
    JsonNode tables =
        browser.evaluate(
            "[...document.querySelectorAll('table')].map(t => t.getBoundingClientRect().height)");
    assertThat(tables).hasSize(7);
    tables.forEach(height -> assertThat(height.asDouble()).isGreaterThan(20));
    assertThat(browser.evaluate("document.querySelectorAll('svg').length").asInt()).isZero();
    assertThat(browser.evaluate("document.body.innerText").asText())
        .contains("iteration time", "Where the time went", "stage 1, ranks 4-7")
        .contains("heddle run", "--plan Desk8", "sha256:");
  }

  /** Labels were cut at the left where the library took them for narrower than they are. */
  @Test
  void cutsNoLabel() {
    Path page = report("--set", "pp=4,tp=1,batch=64", "--jitter", "0.1");
    for (int width : new int[] {1200, 420}) {
      browser.resize(width, 900);
      browser.load(page);
      assertThat(
              browser.evaluate(
                  "[...document.querySelectorAll('.chart')].flatMap(chart =>"
                      + " [...chart.querySelectorAll('text')].filter(text =>"
                      + " text.getBoundingClientRect().left < chart.getBoundingClientRect().left)"
                      + ".map(text => text.textContent))"))
          .as("labels of a window of " + width)
          .isEmpty();
    }
  }

  @Test
  void fitsANarrowWindowAndPaper() {
    browser.resize(420, 900);
    browser.load(report());
    assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
        .isLessThanOrEqualTo(420);
    assertThat(new String(browser.print(), 0, 5, StandardCharsets.US_ASCII)).isEqualTo("%PDF-");
    browser.await("document.querySelectorAll('#pipeline svg').length === 1");
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void runsNoScriptButItsOwn() throws IOException {
    Path page = report();
    String text = Files.readString(page);
    Files.writeString(
        page,
        text.replace(
            "</body>",
            "<script>document.title = 'taken'</script><img src=x onerror=\"document.title ="
                + " 'taken'\"></body>"));
    browser.load(page);
    assertThat(browser.evaluate("document.title").asText()).isEqualTo("Tiny, plan Desk8");
    assertThat(browser.complaints()).anyMatch(complaint -> complaint.contains("script-src"));
  }

  @Test
  void takesNoNameForMarkup() {
    Path file =
        Execution.tiny(folder.resolve("a<"))
            .resolveSibling("script><img src=x onerror=alert(1)>&.tfm");
    Execution.write(file, Execution.tinyText());
    Path page = folder.resolve("report.html");
    assertThat(Execution.of("run", file, "--plan", "Desk8", "--report", page).exit()).isZero();
    browser.load(page);
    assertThat(browser.evaluate("document.querySelectorAll('img').length").asInt()).isZero();
    assertThat(browser.evaluate("document.body.innerText").asText()).contains(file.toString());
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void drawsManyStagesAndRecomputation() {
    browser.load(
        report(
            "--set", "pp=4,tp=1,batch=64,schedule=zero_bubble,recompute=full", "--jitter", "0.1"));
    assertThat(browser.evaluate(FORWARD + ".length").asInt()).isEqualTo(4 * 32);
    assertThat(
            browser
                .evaluate("document.querySelectorAll('#pipeline path[fill=\"#d9a520\"]').length")
                .asInt())
        .isGreaterThan(4 * 32);
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void drawsAGraphWithEveryNode() {
    Path picture = folder.resolve("graph.svg");
    Path file = Execution.tiny(folder.resolve("specification"));
    Execution graph = Execution.of("graph", file, "--plan", "Desk8", "-o", picture);
    assertThat(graph.exit()).as(graph.err()).isZero();
    browser.load(picture);
    List<String> shown = List.of("qkv", "gather.a", "M 128 K 64", "attention, backward");
    String text = browser.evaluate("document.documentElement.textContent").asText();
    assertThat(text.replace('\u00a0', ' ')).contains(shown);
    assertThat(
            browser.evaluate("document.querySelectorAll('path[id^=n][id*=\"-n\"]').length").asInt())
        .isGreaterThan(20);
    assertThat(browser.complaints()).isEmpty();
  }
}
