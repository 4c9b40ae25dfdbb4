package io.heddle.runtime.astrasim;

import io.heddle.plan.mesh.PartedRanks;
import io.heddle.runtime.trace.Flattener;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code classes.json} says of a folder of classes: docs/classes.md. The components are the
 * file's keys.
 *
 * @param classOfRanks a class and how many ranks that follow each other have it, from rank 0 on
 */
record ClassIndex(
    int format,
    String heddle,
    String input,
    List<String> settings,
    Map<String, String> sources,
    String model,
    boolean annotated,
    boolean tensors,
    List<String> command,
    List<String> warnings,
    PlanEntry plan,
    StragglersEntry stragglers,
    Manifest.Counts counts,
    List<ClassEntry> classes,
    List<int[]> classOfRanks,
    List<KindEntry> groups) {
  static final String FILE = "classes.json";

  static final int FORMAT = 1;

  /**
   * A class.
   *
   * @param first its lowest rank
   * @param nodes of each of its ranks
   * @param bytes of its file
   */
  record ClassEntry(String file, int stage, int ranks, int first, long nodes, long bytes) {}

  /**
   * Groups that part the ranks in one way.
   *
   * @param rings by what the members of a ring exceed its lowest, in the order of the ring; each
   *     once
   * @param groups id, lowest member, and place in {@code rings} of each
   */
  record KindEntry(List<String> axes, int size, List<int[]> rings, List<int[]> groups) {}

  /** The name of the trace of a class. */
  static String file(String model, int number) {
    return model + ".class" + number + ".et";
  }

  static ClassIndex of(
      Flattener flattener, EmitRequest request, RankClasses classes, ClassTraceFiles files) {
    List<ClassEntry> entries = new ArrayList<>();
    for (int number = 0; number < classes.count(); number++) {
      entries.add(
          new ClassEntry(
              file(request.prefix(), number),
              flattener.stage(classes.first(number)),
              classes.ranks(number),
              classes.first(number),
              files.nodes(number),
              files.bytes(number)));
    }
    BitSet used = classes.usedGroups(files.counts());
    return new ClassIndex(
        FORMAT,
        request.provenance().heddle(),
        request.provenance().input(),
        request.provenance().settings(),
        request.provenance().sources(),
        request.prefix(),
        request.annotate(),
        request.tensors(),
        TraceFolder.command(request.prefix()),
        Warnings.ofGroups(flattener, used),
        PlanEntry.of(flattener),
        StragglersEntry.of(flattener.stragglers()),
        Manifest.counts(files.counts(), flattener.mesh().ranks(), files.bytes()),
        entries,
        runs(classes, flattener.mesh().ranks()),
        flattener.groups().parted().stream().map(parted -> kind(parted, used)).toList());
  }

  private static List<int[]> runs(RankClasses classes, int ranks) {
    List<int[]> runs = new ArrayList<>();
    int from = 0;
    for (int rank = 1; rank <= ranks; rank++) {
      if (rank == ranks || classes.of(rank) != classes.of(from)) {
        runs.add(new int[] {classes.of(from), rank - from});
        from = rank;
      }
    }
    return runs;
  }

  private static KindEntry kind(PartedRanks parted, BitSet used) {
    Map<IntBuffer, Integer> rings = new LinkedHashMap<>();
    List<int[]> groups = new ArrayList<>();
    for (int group = 0; group < parted.groups(); group++) {
      if (used.get(parted.id(group))) {
        int[] ring = parted.ring(group);
        int lowest = Arrays.stream(ring).min().orElseThrow();
        for (int i = 0; i < ring.length; i++) {
          ring[i] -= lowest;
        }
        Integer number = rings.putIfAbsent(IntBuffer.wrap(ring), rings.size());
        int place = number == null ? rings.size() - 1 : number;
        groups.add(new int[] {parted.id(group), lowest, place});
      }
    }
    return new KindEntry(
        parted.axes(),
        parted.groupSize(),
        rings.keySet().stream().map(IntBuffer::array).toList(),
        groups);
  }
}
