package io.heddle.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.heddle.cli.cache.Cache;
import io.heddle.cli.cache.CacheKey;
import io.heddle.cli.cache.Fingerprint;
import io.heddle.cli.load.PlannedProgram;
import io.heddle.runtime.mode.Mode;
import io.heddle.runtime.straggler.Stragglers;
import io.heddle.runtime.trace.Flattener;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What steps came to before, and the classes that they ran. */
final class StepCache {
  private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .build();

  private final Cache cache;
  private final String heddle;

  private StepCache(Cache cache, String heddle) {
    this.cache = cache;
    this.heddle = heddle;
  }

  /**
   * What a step prints, in all its forms.
   *
   * @param warnings that go to standard error
   * @param csv a row for each rank; empty of what has none
   */
  record Output(List<String> warnings, String table, String json, String csv) {}

  static StepCache of(Cache cache) {
    try {
      return cache.folder().isEmpty()
          ? new StepCache(cache, "")
          : new StepCache(cache, Fingerprint.ofHeddle());
    } catch (IOException e) {
      // A value that does not say which Heddle it is of is of no use.
      return new StepCache(Cache.none(), "");
    }
  }

  Flattener load(PlannedProgram program) {
    return program.load(cache, heddle);
  }

  /**
   * The key of a step; empty if it cannot be known which AstraSim simulates it: a script may run
   * another one tomorrow.
   *
   * @param astraSim program, if it simulates
   */
  Optional<CacheKey> key(
      PlannedProgram program,
      Stragglers stragglers,
      Mode mode,
      BackendName backend,
      Optional<Path> astraSim) {
    List<String> parts = new ArrayList<>(program.content());
    parts.add(stragglers.toString());
    parts.add(heddle);
    parts.add(mode.toString());
    parts.add(backend.toString());
    if (astraSim.isPresent()) {
      try {
        if (!isProgram(astraSim.get())) {
          return Optional.empty();
        }
        parts.add(astraSim.get().toRealPath().getFileName().toString());
        parts.add(Fingerprint.of(astraSim.get()));
      } catch (IOException e) {
        return Optional.empty();
      }
    }
    return Optional.of(CacheKey.of("step", parts));
  }

  /** The key of a comparison of all modes. */
  CacheKey keyOfComparison(PlannedProgram program, Stragglers stragglers, BackendName backend) {
    List<String> parts = new ArrayList<>(program.content());
    parts.add(stragglers.toString());
    parts.add(heddle);
    parts.add(backend.toString());
    return CacheKey.of("comparison", parts);
  }

  /** Whether a file holds machine code, as an ELF file does. */
  private static boolean isProgram(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(in.readNBytes(ELF.length), ELF);
    }
  }

  Optional<Output> get(CacheKey key) {
    return cache
        .get(key)
        .flatMap(
            value -> {
              try {
                return Optional.of(JSON.readValue(value, Output.class));
              } catch (IOException e) {
                return Optional.empty();
              }
            });
  }

  void put(CacheKey key, Output output) {
    try {
      cache.put(key, JSON.writeValueAsBytes(output));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
