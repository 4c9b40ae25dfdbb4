package io.heddle.cli.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class CacheTest {
  private static final CacheKey KEY = CacheKey.of("step", List.of("a", "b"));

  @TempDir private Path folder;

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private Path only(Cache cache) throws IOException {
    assertThat(cache.entries()).hasSize(1);
    return cache.entries().get(0);
  }

  @Test
  void aValueIsFoundUnderItsKeyOnly() throws IOException {
    Cache cache = Cache.in(folder.resolve("new/heddle"));
    assertThat(cache.get(KEY)).isEmpty();
    cache.put(KEY, bytes("value"));
    assertThat(cache.get(KEY)).contains(bytes("value"));
    assertThat(Cache.in(folder.resolve("new/heddle")).get(KEY)).contains(bytes("value"));
    assertThat(cache.get(CacheKey.of("classes", List.of("a", "b")))).isEmpty();
    assertThat(Files.getPosixFilePermissions(folder.resolve("new/heddle")))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    Path other =
        cache.entries().get(0).resolveSibling(CacheKey.of("step", List.of("c")).fileName());
    Files.copy(cache.entries().get(0), other);
    assertThat(cache.get(CacheKey.of("step", List.of("c")))).isEmpty();
  }

  @Test
  void aDamagedValueIsAbsentAndGoes() throws IOException {
    Cache cache = Cache.in(folder.resolve("heddle"));
    cache.put(KEY, bytes("value"));
    byte[] whole = Files.readAllBytes(only(cache));
    for (int at = 0; at < whole.length; at++) {
      byte[] damaged = whole.clone();
      damaged[at] ^= 1;
      Files.write(folder.resolve("heddle").resolve(KEY.fileName()), damaged);
      assertThat(cache.get(KEY)).as("byte %d", at).isEmpty();
      assertThat(cache.entries()).isEmpty();
    }
    for (int length = 0; length < whole.length; length++) {
      Files.write(folder.resolve("heddle").resolve(KEY.fileName()), Arrays.copyOf(whole, length));
      assertThat(cache.get(KEY)).as("%d bytes", length).isEmpty();
    }
    Files.write(folder.resolve("heddle").resolve(KEY.fileName()), whole);
    assertThat(cache.get(KEY)).contains(bytes("value"));
  }

  @Test
  void aFolderThatOthersMayWriteIsNotTrusted() throws IOException {
    Path shared = folder.resolve("heddle");
    Cache cache = Cache.in(shared);
    cache.put(KEY, bytes("value"));
    Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(cache.get(KEY)).isEmpty();
    cache.put(CacheKey.of("step", List.of("c")), bytes("value"));
    assertThat(cache.entries()).hasSize(1);
  }

  @Test
  void whereNothingCanBeKeptNothingHappens() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    Cache.in(file).put(KEY, bytes("value"));
    assertThat(Cache.in(file).get(KEY)).isEmpty();
    Cache.in(file.resolve("below")).put(KEY, bytes("value"));
    assertThat(Cache.in(file.resolve("below")).get(KEY)).isEmpty();
    Cache.none().put(KEY, bytes("value"));
    assertThat(Cache.none().get(KEY)).isEmpty();
    assertThat(Cache.none().entries()).isEmpty();
    Path readOnly = Path.of("/proc/sys/kernel");
    assumeThat(readOnly).exists();
    Cache.in(readOnly).put(KEY, bytes("value"));
  }

  @Test
  void clearRemovesWhatIsKeptAndNothingElse() throws IOException {
    Cache cache = Cache.in(folder.resolve("heddle"));
    cache.put(KEY, bytes("value"));
    Files.writeString(folder.resolve("heddle/." + KEY.fileName() + ".77.part"), "");
    Path foreign = Files.writeString(folder.resolve("heddle/notes.txt"), "");
    assertThat(cache.clear()).isEqualTo(2);
    assertThat(cache.entries()).isEmpty();
    assertThat(foreign).exists();
  }

  @Test
  void itDoesNotGrowWithoutEnd() throws IOException {
    Cache cache = Cache.in(folder.resolve("heddle"));
    for (int i = 0; i < 1001; i++) {
      cache.put(CacheKey.of("step", List.of("" + i)), bytes("" + i));
    }
    assertThat(cache.entries()).hasSize(500);
  }

  @Test
  void manyMayUseItAtOnce() throws Exception {
    Cache cache = Cache.in(folder.resolve("heddle"));
    ExecutorService pool = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> tasks = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        int value = i;
        tasks.add(
            pool.submit(
                () -> {
                  CacheKey key = CacheKey.of("step", List.of("" + value % 5));
                  cache.put(key, bytes("" + value % 5));
                  cache
                      .get(key)
                      .ifPresent(found -> assertThat(found).isEqualTo(bytes("" + value % 5)));
                }));
      }
      for (Future<?> task : tasks) {
        task.get();
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(cache.entries()).hasSize(5);
  }
}
