package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.heddle.cli.cache.Cache;
import io.heddle.cli.cache.CacheKey;
import io.heddle.cli.option.CacheOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Uses the cache folder that the build gives to tests. */
@DisabledOnOs(OS.WINDOWS)
class CacheCommandTest {
  private static final long MARKED = 123_456_789;
  private static final String MARK = "123,456,789";

  @TempDir private Path folder;

  @BeforeEach
  void clear() {
    Execution clear = Execution.of("cache", "clear");
    assertThat(clear.exit()).as(clear.err()).isZero();
    assertThat(clear.out()).endsWith(" files removed\n");
    assertThat(files()).isZero();
  }

  private static int files() {
    Execution info = Execution.of("cache", "info", "--json");
    assertThat(info.exit()).as(info.err()).isZero();
    return info.json().path("files").asInt();
  }

  private static List<CacheKey> keys(String kind) throws IOException {
    return CacheOptions.ofUser().entries().stream()
        .map(file -> file.getFileName().toString())
        .filter(name -> name.endsWith("." + kind))
        .map(name -> new CacheKey(kind, name.substring(0, name.indexOf('.'))))
        .toList();
  }

  private static String out(Object... arguments) {
    Execution execution = Execution.of(arguments);
    assertThat(execution.exit()).as(execution.err()).isZero();
    return execution.out();
  }

  @Test
  void theFolderOfTestsIsNotTheUsers() {
    assertThat(CacheOptions.ofUser().folder())
        .get()
        .matches(it -> !it.startsWith(Path.of(System.getProperty("user.home"), ".cache")));
  }

  @Test
  void whatIsKeptIsUsedUntilItIsDamaged() throws IOException {
    Path tiny = Execution.tiny(folder);
    String table = out("run", tiny);
    assertThat(keys("step")).hasSize(1);
    String json = out("run", tiny, "--json");
    assertThat(files()).isEqualTo(1);
    assertThat(out("run", tiny)).isEqualTo(table);

    Cache cache = CacheOptions.ofUser();
    CacheKey key = keys("step").get(0);
    mark(cache, key);
    Execution kept = Execution.of("run", tiny);
    assertThat(kept.out()).contains(MARK);
    assertThat(Execution.of("run", tiny, "--json").json().path("tokens").asLong())
        .isEqualTo(MARKED);
    assertThat(out("run", tiny, "--no-cache")).isEqualTo(table);
    assertThat(out("run", tiny, "--json", "--no-cache")).isEqualTo(json);

    cache.put(key, new byte[] {'{', '}'});
    assertThat(out("run", tiny)).isEqualTo(table);
    cache.put(key, new byte[0]);
    assertThat(out("run", tiny)).isEqualTo(table);
    Path file = cache.folder().orElseThrow().resolve(key.digest() + ".step");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    assertThat(out("run", tiny)).isEqualTo(table);
    assertThat(out("run", tiny, "--json")).isEqualTo(json);
  }

  /** A step runs from data; traces of all ranks are written by a class, which is kept. */
  @Test
  void aClassThatIsKeptIsUsedUntilItIsDamaged() throws IOException {
    Path tiny = Execution.tiny(folder);
    Path traces = folder.resolve("traces");
    out("emit", tiny, "-o", traces);
    byte[] first = Files.readAllBytes(traces.resolve("Tiny.0.et"));
    assertThat(keys("classes")).hasSize(1);
    CacheOptions.ofUser().put(keys("classes").get(0), new byte[] {1, 2, 3, 4, 5});
    out("emit", tiny, "-o", traces);
    assertThat(traces.resolve("Tiny.0.et")).hasBinaryContent(first);
    assertThat(files()).isEqualTo(1);
  }

  /** Every way to show a step is made of what is kept, and shows what a run anew does. */
  @Test
  void allFormsOfAStepThatIsKeptComeFromTheCache() throws IOException {
    Path tiny = Execution.tiny(folder);
    Path page = folder.resolve("page.html");
    Path csv = folder.resolve("ranks.csv");
    Object[] asked = {"run", tiny, "--report", page, "--csv", csv, "--json", "--critical-path"};
    Object[] anew = Stream.concat(Stream.of(asked), Stream.of("--no-cache")).toArray();
    List<String> simulated = List.of(out(anew), read(csv), read(page).replace(" --no-cache", ""));
    assertThat(files()).isZero();
    assertThat(List.of(out(asked), read(csv), read(page))).isEqualTo(simulated);
    assertThat(List.of(out(asked), read(csv), read(page))).isEqualTo(simulated);

    mark(CacheOptions.ofUser(), keys("step").get(0));
    assertThat(out(asked)).isNotEqualTo(simulated.get(0)).contains("\"tokens\" : " + MARKED);
    assertThat(read(page)).contains(MARK);
    assertThat(out("run", tiny)).contains(MARK);
    assertThat(out("run", tiny, "--critical-path")).contains(MARK, "critical path");
    Path output = folder.resolve("out");
    out("run", tiny, "--output", output, "--with", "report");
    Path run = output.resolve("Tiny").resolve("Desk8").resolve("flattened");
    assertThat(read(run.resolve("report.html"))).contains(MARK);
    assertThat(read(run.resolve("report.json"))).contains("\"tokens\" : " + MARKED);
    // When each node ran is in no result that is kept.
    out("run", tiny, "--timeline", folder.resolve("timeline.json"));
    assertThat(out("run", tiny)).contains(MARK);
  }

  /** A result that was recorded for less is not enough for a page, and makes room for it. */
  @Test
  void aStepIsSimulatedAgainWhereMoreIsAskedOfItThanWasRecorded() throws IOException {
    Path tiny = Execution.tiny(folder);
    String table = out("run", tiny);
    mark(CacheOptions.ofUser(), keys("step").get(0));
    assertThat(out("run", tiny, "--critical-path")).startsWith(table);
    assertThat(out("run", tiny)).isEqualTo(table);
    mark(CacheOptions.ofUser(), keys("step").get(0));
    assertThat(out("run", tiny, "--critical-path")).contains(MARK);
    assertThat(out("run", tiny, "--report", folder.resolve("page.html"))).isEqualTo(table);
    mark(CacheOptions.ofUser(), keys("step").get(0));
    assertThat(out("run", tiny, "--report", folder.resolve("page.html"))).contains(MARK);
    // The other modes have nothing to record.
    out("run", tiny, "--mode", "analytical");
    keys("step").forEach(key -> mark(CacheOptions.ofUser(), key));
    assertThat(out("run", tiny, "--mode", "analytical", "--report", folder.resolve("page.html")))
        .contains(MARK);
  }

  @Test
  void aComparisonThatIsKeptComesFromTheCacheInBothForms() throws IOException {
    Path tiny = Execution.tiny(folder);
    String json = out("compare", tiny, "--json");
    assertThat(out("compare", tiny, "--json")).isEqualTo(json);
    String table = out("compare", tiny);
    assertThat(out("compare", tiny)).isEqualTo(table);
    assertThat(files()).isEqualTo(2);
    CacheOptions.ofUser().put(keys("comparison").get(0), new byte[] {1, 2, 3});
    assertThat(out("compare", tiny).lines().toList())
        .filteredOn(line -> !line.startsWith("took"))
        .isEqualTo(table.lines().filter(line -> !line.startsWith("took")).toList());
  }

  private static String read(Path file) throws IOException {
    return Files.readString(file);
  }

  /** Changes a number of a result that is kept, so that it can be told from one of a new run. */
  private static void mark(Cache cache, CacheKey key) {
    ObjectMapper mapper = new ObjectMapper();
    ByteArrayOutputStream marked = new ByteArrayOutputStream();
    try (InputStream in =
            new GZIPInputStream(new ByteArrayInputStream(cache.get(key).orElseThrow()));
        OutputStream out = new GZIPOutputStream(marked)) {
      ObjectNode step = (ObjectNode) mapper.readTree(in);
      ((ObjectNode) step.get("report")).put("tokens", MARKED);
      out.write(mapper.writeValueAsBytes(step));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    cache.put(key, marked.toByteArray());
  }

  @Test
  void whatTheResultDependsOnIsInItsKey() throws IOException {
    Path tiny = Execution.tiny(folder);
    out("run", tiny);
    assertThat(keys("step")).hasSize(1);
    out("run", tiny, "--set", "batch=16");
    assertThat(keys("step")).hasSize(2);
    out("run", tiny, "--set", "schedule=gpipe");
    assertThat(keys("step")).hasSize(3);
    out("run", tiny, "--backend", "congestion-aware");
    assertThat(keys("step")).hasSize(4);
    out("run", tiny, "--mode", "hierarchical");
    assertThat(keys("step")).hasSize(5);
    Path changed =
        Execution.write(
            folder.resolve("tiny.tfm"),
            Execution.tinyText().replace("latency 2 us", "latency 3 us"));
    String slower = out("run", changed);
    assertThat(keys("step")).hasSize(6);
    assertThat(out("run", changed, "--no-cache")).isEqualTo(slower);
  }

  @Test
  void nothingIsKeptOfWhatFailsOrIsNotToBeKept() throws IOException {
    Path tiny = Execution.tiny(folder);
    assertThat(Execution.of("run", tiny, "--set", "tp=3").exit()).isEqualTo(1);
    out("run", tiny, "--no-cache");
    assertThat(files()).isZero();
    // A script may run another program tomorrow.
    Path script = AstraSimStandIn.install(folder);
    out("run", tiny, "--backend", "astrasim", "--astrasim", script);
    assertThat(files()).isZero();
    out("emit", tiny, "--classes", "-o", folder.resolve("out"));
    assertThat(files()).isZero();
  }

  @Test
  void theFolderIsTheUsers() {
    assertThat(CacheOptions.folder("/x/y", "/home/me")).contains(Path.of("/x/y/heddle"));
    assertThat(CacheOptions.folder("", "/home/me")).contains(Path.of("/home/me/.cache/heddle"));
    assertThat(CacheOptions.folder("x", "/home/me")).contains(Path.of("/home/me/.cache/heddle"));
    assertThat(CacheOptions.folder(null, "/home/me")).contains(Path.of("/home/me/.cache/heddle"));
    assertThat(CacheOptions.folder(null, null)).isEqualTo(Optional.empty());
  }

  @Test
  void infoSaysWhereAndHowMuch() {
    out("run", Execution.tiny(folder));
    assertThat(out("cache", "info")).containsPattern(".*heddle: 1 files, [\\d.]+ k?B\n");
    assertThat(Execution.of("cache").exit()).isEqualTo(2);
    assertThat(Execution.of("cache").err()).contains("info or clear");
    assertThat(Execution.of("cache", "eat").exit()).isEqualTo(2);
  }
}
