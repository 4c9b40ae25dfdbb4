package io.heddle.cli.artefact;

import io.heddle.runtime.astrasim.PlanEntry;
import io.heddle.runtime.astrasim.Provenance;
import io.heddle.runtime.astrasim.StragglersEntry;
import io.heddle.runtime.straggler.Straggler;
import io.heddle.runtime.trace.Flattener;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What reproduces a run. The components are the file's keys.
 *
 * @param java version
 * @param command that gives the same results in a folder with the sources
 * @param astrasim hash of AstraSim's program, if it simulated
 * @param files that the folder has besides
 */
public record RunManifest(
    int format,
    String heddle,
    String java,
    List<String> command,
    String input,
    List<String> settings,
    Map<String, String> sources,
    String model,
    PlanEntry plan,
    String mode,
    String backend,
    @Nullable String astrasim,
    StragglersEntry stragglers,
    List<String> files) {
  private static final int FORMAT = 1;

  /** Who simulated, and how. */
  public record Simulated(String mode, String backend, @Nullable String astrasim) {}

  /** The manifest of a run. */
  public static RunManifest of(
      Flattener flattener, Provenance provenance, Simulated simulated, List<String> files) {
    return new RunManifest(
        FORMAT,
        provenance.heddle(),
        Runtime.version().toString(),
        command(flattener, provenance, simulated),
        provenance.input(),
        provenance.settings(),
        provenance.sources(),
        flattener.plan().model(),
        PlanEntry.of(flattener),
        simulated.mode(),
        simulated.backend(),
        simulated.astrasim(),
        StragglersEntry.of(flattener.stragglers()),
        files);
  }

  private static List<String> command(
      Flattener flattener, Provenance provenance, Simulated simulated) {
    List<String> words = new ArrayList<>(List.of("heddle", "run"));
    provenance.sources().keySet().stream().findFirst().ifPresent(words::add);
    words.addAll(List.of("--plan", flattener.plan().plan()));
    for (String setting : provenance.settings()) {
      words.addAll(List.of("--set", setting));
    }
    words.addAll(List.of("--mode", simulated.mode(), "--backend", simulated.backend()));
    for (Straggler slow : flattener.stragglers().slow()) {
      words.add("--slow");
      words.add(slow.scope() + "=" + slow.number() + ":" + slow.factor().toPlainString());
    }
    if (!flattener.stragglers().jitter().isNone()) {
      words.add("--jitter");
      words.add(flattener.stragglers().jitter().amplitude().toPlainString());
      words.add("--seed");
      words.add(String.valueOf(flattener.stragglers().jitter().seed()));
    }
    return words;
  }
}
