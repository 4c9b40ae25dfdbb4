package io.heddle.processor.library;

import io.heddle.processor.GeneratedClass;
import io.heddle.processor.Imports;
import io.heddle.processor.Sources;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.Verified;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.model.PlanChanges;
import io.heddle.runtime.trace.Flattener;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The plans of the library and of the examples write traces that end. */
@Tag("slow")
final class VerifiedPlansTest {
  private static final int MOST_RANKS = 128;

  static List<Arguments> plans() {
    List<Source> files = new ArrayList<>();
    for (String family : Sources.libraryModels()) {
      files.add(Imports.library("std/models/" + family + ".tfm").orElseThrow());
    }
    Stream.of("llama3_8b.tfm", "gpt3_175b.tfm").map(Sources::shipped).forEach(files::add);
    List<Arguments> plans = new ArrayList<>();
    for (Source file : files) {
      for (String plan : TfmCompiler.read(file, Imports.LIBRARY_ONLY).plans()) {
        if (ranks(file, plan) <= MOST_RANKS) {
          plans.add(Arguments.of(file, plan));
        }
      }
    }
    return plans;
  }

  private static long ranks(Source file, String plan) {
    return Sources.compile(file, plan).numbers().axes().values().stream()
        .reduce(1L, Math::multiplyExact);
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("plans")
  void ends(Source file, String plan) {
    Flattener whole = GeneratedClass.flattener(Sources.compile(file, plan));
    // As many micro-batches as fill the pipeline; those after them repeat what these do.
    int microBatches = Math.min(whole.microBatches(), whole.stages() + 1);
    long batch = whole.plan().batch() / whole.microBatches() * microBatches;
    PlanChanges overrides = PlanChanges.of("batch = " + batch);
    Verified.assertEnds(
        GeneratedClass.flattener(
            TfmCompiler.read(file, Imports.LIBRARY_ONLY).compile(plan, overrides).orElseThrow()));
  }
}
