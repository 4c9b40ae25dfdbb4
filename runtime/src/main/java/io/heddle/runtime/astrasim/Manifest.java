package io.heddle.runtime.astrasim;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.heddle.plan.mesh.Group;
import io.heddle.plan.mesh.Mesh;
import io.heddle.runtime.pool.PoolsFlattener;
import io.heddle.runtime.trace.CountingSink;
import io.heddle.runtime.trace.Flattener;
import io.heddle.runtime.trace.ForwardingFlattener;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code manifest.json} says of a folder: other tools read it instead of parsing names. The
 * components are the file's keys.
 *
 * @param plan of all ranks; of pools it has the machine that AstraSim knows
 * @param pools with the plans of their instances; null where there is one plan
 */
record Manifest(
    int format,
    String heddle,
    String input,
    List<String> settings,
    Map<String, String> sources,
    String model,
    boolean annotated,
    List<String> command,
    List<String> warnings,
    PlanEntry plan,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<PoolEntry> pools,
    StragglersEntry stragglers,
    Counts counts,
    List<GroupEntry> groups,
    List<RankEntry> ranks) {
  static final String FILE = "manifest.json";

  private static final int FORMAT = 1;

  record Counts(
      int ranks,
      long nodes,
      long computeNodes,
      long collectiveNodes,
      long sendNodes,
      long receiveNodes,
      long traceBytes,
      BigInteger operations,
      BigInteger modelMatmulOperations,
      BigInteger recomputedMatmulOperations,
      BigInteger pointwiseOperations,
      BigInteger rescoreOperations,
      BigInteger memoryBytes,
      BigInteger sentBytes,
      List<TrafficEntry> collectives) {}

  record TrafficEntry(String collective, List<String> axes, long nodes, BigInteger bytes) {}

  record GroupEntry(int id, String name, List<String> axes, List<Integer> members) {}

  record RankEntry(
      int rank, int stage, Map<String, Integer> coordinates, String file, long nodes, long bytes) {}

  /**
   * A pool of a `serve`.
   *
   * @param firstRank of its first instance; instances follow each other
   * @param ranks of an instance
   */
  record PoolEntry(String role, int instances, int firstRank, int ranks, PlanEntry plan) {}

  static Manifest of(
      Flattener flattener, EmitRequest request, RankFiles files, EmittedFolder emitted) {
    CountingSink counts = emitted.counts();
    List<RankEntry> ranks = new ArrayList<>();
    for (int rank = 0; rank < flattener.mesh().ranks(); rank++) {
      ranks.add(
          new RankEntry(
              rank,
              flattener.stage(rank),
              coordinates(flattener.mesh(), rank),
              request.traceFile(rank),
              files.nodes(rank),
              files.bytes(rank)));
    }
    return new Manifest(
        FORMAT,
        request.provenance().heddle(),
        request.provenance().input(),
        request.provenance().settings(),
        request.provenance().sources(),
        flattener.plan().model(),
        request.annotate(),
        emitted.command(),
        emitted.warnings(),
        PlanEntry.of(flattener),
        pools(flattener),
        StragglersEntry.of(flattener.stragglers()),
        counts(counts, ranks.size(), emitted.traceBytes()),
        counts.usedGroups().stream().map(Manifest::group).toList(),
        ranks);
  }

  private static @Nullable List<PoolEntry> pools(Flattener flattener) {
    if (!(ForwardingFlattener.innermost(flattener) instanceof PoolsFlattener set)) {
      return null;
    }
    return set.pools().stream()
        .map(
            pool ->
                new PoolEntry(
                    pool.role().word(),
                    pool.instances(),
                    set.firstRank(pool),
                    pool.ranks(),
                    PlanEntry.of(pool.flattener())))
        .toList();
  }

  static Counts counts(CountingSink counts, int ranks, long traceBytes) {
    return new Counts(
        ranks,
        counts.nodes(),
        counts.computeNodes(),
        counts.collectiveNodes(),
        counts.sendNodes(),
        counts.receiveNodes(),
        traceBytes,
        counts.operations(),
        counts.modelMatmulOperations(),
        counts.recomputedMatmulOperations(),
        counts.pointwiseOperations(),
        counts.rescoreOperations(),
        counts.memoryBytes(),
        counts.sentBytes(),
        counts.traffic().stream()
            .map(t -> new TrafficEntry(lower(t.collective()), t.axes(), t.nodes(), t.bytes()))
            .toList());
  }

  private static GroupEntry group(Group group) {
    return new GroupEntry(
        group.id(), group.name(), group.axes(), Arrays.stream(group.ring()).boxed().toList());
  }

  private static Map<String, Integer> coordinates(Mesh mesh, int rank) {
    Map<String, Integer> coordinates = new LinkedHashMap<>();
    for (int i = 0; i < mesh.axes().size(); i++) {
      coordinates.put(mesh.axes().get(i).name(), mesh.coordinate(rank, i));
    }
    return coordinates;
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
