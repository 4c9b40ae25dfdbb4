package io.heddle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.heddle.cli.cache.Cache;
import io.heddle.cli.cache.CacheKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Uses the cache folder that the build gives to tests. */
@DisabledOnOs(OS.WINDOWS)
class CacheCommandTest {
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
    assertThat(keys("classes")).hasSize(1);
    String json = out("run", tiny, "--json");
    assertThat(files()).isEqualTo(2);
    assertThat(out("run", tiny)).isEqualTo(table);

    Cache cache = CacheOptions.ofUser();
    CacheKey key = keys("step").get(0);
    cache.put(
        key,
        new ObjectMapper()
            .writeValueAsBytes(
                new StepCache.Output(
                    List.of("kept"), "the table\n", "{\"kept\": true}\n", "a,b\r\n")));
    Execution kept = Execution.of("run", tiny);
    assertThat(kept.out()).isEqualTo("the table\n");
    assertThat(kept.err()).isEqualTo("warning: kept\n");
    assertThat(Execution.of("run", tiny, "--json").json().path("kept").asBoolean()).isTrue();
    Path csv = folder.resolve("ranks.csv");
    assertThat(Execution.of("run", tiny, "--csv", csv).out()).isEqualTo("the table\n");
    assertThat(csv).hasContent("a,b\r\n");
    // Times of nodes are not kept.
    assertThat(out("run", tiny, "--critical-path")).startsWith(table).contains("critical path");
    assertThat(out("run", tiny)).isEqualTo("the table\n");
    assertThat(out("run", tiny, "--no-cache")).isEqualTo(table);
    assertThat(out("run", tiny, "--json", "--no-cache")).isEqualTo(json);

    cache.put(key, new byte[] {'{', '}'});
    assertThat(out("run", tiny)).isEqualTo(table);
    cache.put(keys("classes").get(0), new byte[] {1, 2, 3, 4, 5});
    cache.put(key, new byte[0]);
    assertThat(out("run", tiny)).isEqualTo(table);
    Path file = cache.folder().orElseThrow().resolve(key.digest() + ".step");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    assertThat(out("run", tiny)).isEqualTo(table);
    assertThat(out("run", tiny, "--json")).isEqualTo(json);
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
    assertThat(keys("step")).isEmpty();
    assertThat(keys("classes")).hasSize(1);
    out("emit", tiny, "-o", folder.resolve("out"));
    assertThat(keys("classes")).hasSize(1);
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
    assertThat(out("cache", "info")).containsPattern(".*heddle: 2 files, [\\d.]+ kB\n");
    assertThat(Execution.of("cache").exit()).isEqualTo(2);
    assertThat(Execution.of("cache").err()).contains("info or clear");
    assertThat(Execution.of("cache", "eat").exit()).isEqualTo(2);
  }
}
