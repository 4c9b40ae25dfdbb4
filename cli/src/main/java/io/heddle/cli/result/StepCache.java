package io.heddle.cli.result;

import io.heddle.cli.cache.Cache;
import io.heddle.cli.cache.CacheKey;
import io.heddle.cli.cache.Fingerprint;
import io.heddle.cli.load.PlannedProgram;
import io.heddle.plan.PlanValues;
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
import java.util.function.Function;

/** What steps came to before, and the classes that they ran. */
public final class StepCache {
  private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};

  private final Cache cache;
  private final String heddle;

  private StepCache(Cache cache, String heddle) {
    this.cache = cache;
    this.heddle = heddle;
  }

  /** The results that a cache keeps. */
  public static StepCache of(Cache cache) {
    try {
      return cache.folder().isEmpty()
          ? new StepCache(cache, "")
          : new StepCache(cache, Fingerprint.ofHeddle());
    } catch (IOException e) {
      // A value that does not say which Heddle it is of is of no use.
      return new StepCache(Cache.none(), "");
    }
  }

  /** The program's flattener. */
  public Flattener load(PlannedProgram program) {
    return program.load(cache, heddle);
  }

  /**
   * The key of a step; empty if it cannot be known which AstraSim simulates it: a script may run
   * another one tomorrow.
   *
   * @param symmetry whether one rank may run for all that are alike: it changes what a step says of
   *     its own making alone
   * @param astraSim program, if it simulates
   */
  public Optional<CacheKey> key(
      PlannedProgram program,
      Stragglers stragglers,
      Mode mode,
      String backend,
      boolean symmetry,
      Optional<Path> astraSim) {
    List<String> parts = new ArrayList<>(program.content());
    parts.add(stragglers.toString());
    parts.add(heddle);
    parts.add(mode.toString());
    parts.add(backend);
    parts.add(String.valueOf(symmetry));
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
  public CacheKey keyOfComparison(
      PlannedProgram program, Stragglers stragglers, String backend, boolean symmetry) {
    List<String> parts = new ArrayList<>(program.content());
    parts.add(stragglers.toString());
    parts.add(heddle);
    parts.add(backend);
    parts.add(String.valueOf(symmetry));
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

  /** A step of the plan that was kept. */
  public Optional<StepResult> step(CacheKey key, PlanValues plan) {
    return get(key, StoredStep.class, stored -> stored.result(plan));
  }

  /** Keeps a step. */
  public void keep(CacheKey key, StepResult step) {
    cache.put(key, StoredForm.write(StoredStep.of(step)));
  }

  /** A comparison of the plan that was kept. */
  public Optional<ComparisonResult> comparison(CacheKey key, PlanValues plan) {
    return get(key, StoredComparison.class, stored -> stored.result(plan));
  }

  /** Keeps a comparison. */
  public void keep(CacheKey key, ComparisonResult comparison) {
    cache.put(key, StoredForm.write(StoredComparison.of(comparison)));
  }

  private <T extends Record, R> Optional<R> get(
      CacheKey key, Class<T> type, Function<T, R> result) {
    try {
      return cache.get(key).flatMap(value -> StoredForm.read(value, type)).map(result);
    } catch (RuntimeException e) {
      // Whatever it is, it is no result; the step is simulated again.
      return Optional.empty();
    }
  }
}
