package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class GraphCommandTest {
  private static final String GOLDEN = "heddle.golden";
  private static final Pattern NODE = Pattern.compile("(?m)^ +(n\\d\\w*) \\[");
  private static final Pattern EDGE = Pattern.compile("(?m)^ +(n\\w+) -> (n\\w+)");

  @TempDir private Path folder;

  private Execution graph(Object... arguments) {
    Object[] all = new Object[arguments.length + 4];
    all[0] = "graph";
    all[1] = Execution.tiny(folder);
    all[2] = "--plan";
    all[3] = "Desk8";
    System.arraycopy(arguments, 0, all, 4, arguments.length);
    return Execution.of(all);
  }

  private static void assertGolden(String name, Execution graph) throws IOException {
    assertThat(graph.err()).isEmpty();
    assertThat(graph.exit()).isZero();
    Path golden = Path.of("src/test/resources/io/heddle/cli/graph").resolve(name);
    if ("write".equals(System.getProperty(GOLDEN))) {
      Files.createDirectories(Objects.requireNonNull(golden.getParent()));
      Files.writeString(golden, graph.out());
    }
    assertThat(graph.out()).isEqualTo(Files.readString(golden));
  }

  private static Document parse(String svg) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
    factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
    return factory.newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
  }

  /** Every node and edge of the text is in the picture, and nothing else. */
  private void assertPictured(Execution text, Path picture) throws Exception {
    Document svg = parse(Files.readString(picture));
    List<String> nodes = NODE.matcher(text.out()).results().map(found -> found.group(1)).toList();
    List<String> edges =
        EDGE.matcher(text.out())
            .results()
            .map(found -> found.group(1) + "-" + found.group(2))
            .toList();
    assertThat(nodes).isNotEmpty().doesNotHaveDuplicates();
    assertThat(edges).isNotEmpty().doesNotHaveDuplicates();
    NodeList groups = svg.getElementsByTagName("g");
    int drawnNodes = 0;
    int drawnEdges = 0;
    for (int i = 0; i < groups.getLength(); i++) {
      String id = groups.item(i).getAttributes().getNamedItem("id").getNodeValue();
      drawnNodes += nodes.contains(id) ? 1 : 0;
      drawnEdges += edges.contains(id) ? 1 : 0;
    }
    assertThat(drawnNodes).isEqualTo(nodes.size());
    assertThat(drawnEdges).isEqualTo(edges.size());
  }

  @Test
  void drawsBlocksOfTheProgram() throws IOException {
    assertGolden("attention.dot", graph("--block", "attention", "-o", "-"));
  }

  @Test
  void drawsTheEndOfTheStep() {
    Execution graph = graph("-o", "-");
    assertThat(graph.exit()).as(graph.err()).isZero();
    String step = graph.out().substring(graph.out().indexOf("step, stage"));
    assertThat(step).contains("optimizer", "parameters");
    Matcher optimizer = Pattern.compile("(n\\d+) \\[label=\"optimizer").matcher(step);
    assertThat(optimizer.find()).isTrue();
    assertThat(edges(graph)).anyMatch(edge -> edge.contains("-> " + optimizer.group(1)));
    assertThat(graph("--block", "attention", "-o", "-").out()).doesNotContain("optimizer");
  }

  @Test
  void drawsTheFirstActionOfARank() throws IOException {
    assertGolden("rank5.dot", graph("--rank", "5", "-o", "-"));
  }

  @Test
  void drawsAWindowOfARank() throws IOException {
    assertGolden("rank5_20_30.dot", graph("--rank", "5", "--from", "20", "--to", "30", "-o", "-"));
  }

  @Test
  void drawsTheTraceThatIsEmittedAsThatOfTheRank() {
    Path traces = folder.resolve("traces");
    assertThat(Execution.of("emit", Execution.tiny(folder), "--plan", "Desk8", "-o", traces).exit())
        .isZero();
    Execution file =
        Execution.of("graph", traces.resolve("Tiny.5.et"), "--from", "20", "--to", "30", "-o", "-");
    Execution rank = graph("--rank", "5", "--from", "20", "--to", "30", "-o", "-");
    assertThat(file.exit()).as(file.err()).isZero();
    assertThat(edges(file)).isNotEmpty().isEqualTo(edges(rank));
  }

  private static List<String> edges(Execution graph) {
    return graph.out().lines().filter(line -> line.contains(" -> ")).toList();
  }

  @Test
  void picturesHaveEveryNodeAndEdge() throws Exception {
    Path picture = folder.resolve("program.svg");
    assertThat(graph("-o", picture).exit()).isZero();
    assertPictured(graph("-o", "-"), picture);
    String first = Files.readString(picture);
    assertThat(graph("-o", picture).exit()).isZero();
    assertThat(Files.readString(picture)).isEqualTo(first);

    Path window = folder.resolve("rank.svg");
    assertThat(graph("--rank", "2", "--to", "60", "-o", window).exit()).isZero();
    assertPictured(graph("--rank", "2", "--to", "60", "-o", "-"), window);
  }

  @Test
  void saysOfATraceWithoutNodesThatItHasNone() {
    Path trace = Execution.write(folder.resolve("empty.et"), "");
    Execution graph = Execution.of("graph", trace, "-o", "-");
    assertThat(graph.exit()).isEqualTo(1);
    assertThat(graph.err()).contains("empty.et: has no nodes");
  }

  @Test
  void refusesWhatItCannotDraw() {
    assertThat(graph("-o", "graph.png").err()).contains("must end in .svg, .dot or .gv");
    assertThat(graph("-o", "-", "--block", "none").err())
        .contains("no block `none`: the model has embed, attention, mlp, head");
    assertThat(graph("-o", "-", "--rank", "8").err()).contains("ranks 0 to 7");
    assertThat(graph("-o", "-", "--from", "3").err()).contains("give --rank");
    assertThat(graph("-o", "-", "--rank", "0", "--from", "9", "--to", "3").err())
        .contains("--from 9 --to 3");
    assertThat(graph("-o", "-", "--rank", "0", "--from", "999999").err())
        .contains("no node has such an id");
    assertThat(graph("-o", "-", "--rank", "0", "--block", "mlp").exit()).isEqualTo(2);
    assertThat(graph("-o", folder.resolve("none/graph.svg")).err()).contains("no such folder");
    Path file = Execution.write(folder.resolve("own.dot"), Execution.tinyText());
    assertThat(Execution.of("graph", file, "-o", file).err()).contains("name another file");
  }

  @Test
  void refusesMoreNodesThanAPictureHas() {
    Execution graph = graph("--rank", "0", "--set", "layers=200", "--from", "1", "-o", "-");
    assertThat(graph.exit()).isEqualTo(1);
    assertThat(graph.err()).contains("more than 400 nodes", "--from and --to");
  }

  @Test
  void drawsHostileNamesAsText() throws Exception {
    Path traces = folder.resolve("a<b&\"c");
    Files.createDirectories(traces);
    Path trace = traces.resolve("x\"]; evil<script>.0.et");
    Path emitted = folder.resolve("traces");
    assertThat(
            Execution.of("emit", Execution.tiny(folder), "--plan", "Desk8", "-o", emitted).exit())
        .isZero();
    Files.copy(emitted.resolve("Tiny.0.et"), trace);
    Path picture = folder.resolve("hostile.svg");
    assertThat(Execution.of("graph", trace, "-o", picture).exit()).isZero();
    Document svg = parse(Files.readString(picture));
    assertThat(svg.getElementsByTagName("script").getLength()).isZero();
    assertThat(svg.getDocumentElement().getTextContent().replace('\u00a0', ' '))
        .contains("x\"]; evil<script>.0.et");
    assertThat(Execution.of("graph", trace, "-o", "-").out())
        .contains("label=\"x\\\"]; evil<script>.0.et");
  }

  @Test
  void refusesWhatIsNoTrace() throws IOException {
    Path broken = folder.resolve("broken.et");
    Files.write(broken, new byte[] {5, 1, 2});
    Execution graph = Execution.of("graph", broken, "-o", "-");
    assertThat(graph.exit()).isEqualTo(1);
    assertThat(graph.err()).contains("broken.et").doesNotContain("Exception");
    assertThat(Execution.of("graph", folder.resolve("none.et"), "-o", "-").err())
        .contains("none.et");
  }
}
