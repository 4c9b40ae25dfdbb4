package io.heddle.processor.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.runtime.astrasim.ClassFolder;
import io.heddle.runtime.astrasim.ClassedTraces;
import io.heddle.runtime.astrasim.EmitProgress;
import io.heddle.runtime.astrasim.EmitRequest;
import io.heddle.runtime.astrasim.EmittedClasses;
import io.heddle.runtime.astrasim.EmittedFolder;
import io.heddle.runtime.astrasim.Provenance;
import io.heddle.runtime.astrasim.TraceFolder;
import io.heddle.runtime.fold.Fold;
import io.heddle.runtime.simulate.SimulationInput;
import io.heddle.runtime.trace.Flattener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** One trace of each class makes the traces of all ranks, byte for byte. */
final class ClassedTracesProperties {
  @Provide
  Arbitrary<Long> seeds() {
    return Arbitraries.longs();
  }

  @Property(tries = 150)
  void classesMakeAllRanks(@ForAll("seeds") long seed) throws IOException {
    check(RandomModel.text(seed), seed);
  }

  @Property(tries = 60)
  void loadsOfExpertsToo(@ForAll("seeds") long seed) throws IOException {
    check(RandomLoads.text(new Random(seed)), seed);
  }

  /** Half of them compile. */
  @Provide
  Arbitrary<Long> seedsOfInference() {
    return seeds().filter(seed -> InferenceProperties.text(seed).contains("attend("));
  }

  @Property(tries = 60)
  void stepsOfInferenceToo(@ForAll("seedsOfInference") long seed) throws IOException {
    check(InferenceProperties.text(seed), seed);
  }

  /** Otherwise the properties would say nothing. */
  @Example
  void manyPlansHaveFewerClassesThanRanks() throws IOException {
    Random seeds = new Random(20);
    int plans = 0;
    int fewer = 0;
    while (plans < 40) {
      long seed = seeds.nextLong();
      Optional<Flattener> flattener = RandomFlattener.of(RandomModel.text(seed), new Random(seed));
      if (flattener.isPresent() && flattener.get().mesh().ranks() > 2) {
        plans++;
        fewer += assertSame(flattener.get(), new Random(seed)) ? 1 : 0;
      }
    }
    assertThat(fewer).isGreaterThanOrEqualTo(plans / 4);
  }

  private static void check(String text, long seed) throws IOException {
    Random random = new Random(seed);
    Optional<Flattener> flattener = RandomFlattener.of(text, random);
    Assume.that(flattener.isPresent());
    assertSame(flattener.get(), random);
  }

  /** Compares all files; returns whether there were fewer classes than ranks. */
  private static boolean assertSame(Flattener flattener, Random random) throws IOException {
    Path folder = Files.createTempDirectory("classes");
    try {
      boolean annotate = random.nextBoolean();
      boolean tensors = random.nextBoolean();
      EmittedFolder plain =
          TraceFolder.write(
              flattener, request(folder.resolve("plain"), annotate, tensors), EmitProgress.SILENT);
      EmittedClasses emitted =
          ClassFolder.write(
              flattener,
              request(folder.resolve("classes"), annotate, tensors),
              EmitProgress.SILENT);
      assertThat(emitted.counts().nodes()).isEqualTo(plain.counts().nodes());
      assertThat(emitted.counts().operations()).isEqualTo(plain.counts().operations());
      assertThat(emitted.counts().sentBytes()).isEqualTo(plain.counts().sentBytes());
      assertThat(emitted.warnings()).isEqualTo(plain.warnings());
      ClassedTraces classes = ClassedTraces.open(emitted.folder());
      int ranks = flattener.mesh().ranks();
      assertThat(classes.ranks()).isEqualTo(ranks);
      assertThat(classes.classes()).isEqualTo(emitted.classes());
      Fold.of(flattener, SimulationInput.of(flattener).machine())
          .ifPresent(fold -> assertThat(classes.classes()).isGreaterThanOrEqualTo(fold.colours()));
      Path expanded = folder.resolve("expanded");
      classes.expand(IntStream.range(0, ranks).boxed().toList(), expanded, 1, EmitProgress.SILENT);
      List<String> names = names(plain.folder());
      assertThat(names(expanded)).isEqualTo(names);
      for (String name : names) {
        assertThat(expanded.resolve(name)).hasSameBinaryContentAs(plain.folder().resolve(name));
      }
      return classes.classes() < ranks;
    } finally {
      delete(folder);
    }
  }

  private static EmitRequest request(Path folder, boolean annotate, boolean tensors) {
    return new EmitRequest(folder, "m", 1, annotate, tensors, Provenance.NONE);
  }

  /** All files but the manifest, which only the traces of all ranks have. */
  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.equals("manifest.json"))
          .sorted()
          .toList();
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
