package io.heddle.plan;

import io.heddle.plan.mesh.Mesh;
import io.heddle.plan.schedule.Objection;
import io.heddle.plan.schedule.PipelineSchedule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The checks that a generated flattener makes of its values: the compiler's own, in its words, with
 * the places in the file from which they come.
 */
public final class PlanChecks {
  /** The most pieces of a collective and of the product beside it. */
  public static final long MOST_PIECES = 64;

  private final PlanValues plan;
  private final Mesh mesh;
  private boolean forwardOnly;
  private final List<String> findings = new ArrayList<>();

  /**
   * @param mesh of the plan, with its views
   */
  public PlanChecks(PlanValues plan, Mesh mesh) {
    this.plan = plan;
    this.mesh = mesh;
  }

  /**
   * Begins a view of the plan's axes.
   *
   * @param place where the file declares it
   * @param from the axes that it regroups, the most significant first
   */
  public static ViewBuilder view(PlanValues plan, String place, String... from) {
    return new ViewBuilder(plan, place, List.of(from));
  }

  /**
   * Size of a dimension on one rank.
   *
   * @param place where the file gives the dimension its last axis: {@code file:line:column}
   * @param axes that split it, outermost first
   */
  public long split(String dim, long size, String place, String... axes) {
    long ranks = 1;
    List<String> named = new ArrayList<>();
    for (String axis : axes) {
      ranks = Math.multiplyExact(ranks, mesh.size(axis));
      named.add("`" + axis + "` = " + mesh.size(axis));
    }
    if (size % ranks != 0) {
      String over = String.join(" x ", named);
      find(place, "TFM3002", "dimension `" + dim + "` = " + size + " does not split over " + over);
      return 1;
    }
    return size / ranks;
  }

  /** A number of pieces. */
  public long pieces(long pieces, String place) {
    if (pieces < 2 || pieces > MOST_PIECES) {
      find(place, "TFM2020", "out of range: expected a number such as `chunks 4`");
      return 1;
    }
    return pieces;
  }

  /** A condition of the model. */
  public void require(boolean holds, String place, String message) {
    if (!holds) {
      find(place, "TFM2026", "required: " + message);
    }
  }

  /** The layers can be dealt out to the stages and their chunks. */
  public void layers(long layers, String place, String axis) {
    try {
      int stages = Math.toIntExact(plan.axis(axis));
      plan.stages().boundaries(layers, stages, plan.schedule().chunks());
    } catch (IllegalArgumentException e) {
      find(place, "TFM4002", e.getMessage());
    }
  }

  /**
   * A step is a whole number of micro-batches on each replica.
   *
   * @param together sequences of one micro-batch over all replicas
   */
  public void batch(long together, String place) {
    if (plan.batch() % together != 0) {
      find(
          place,
          "TFM4001",
          "batch "
              + plan.batch()
              + " is not a multiple of micro-batch "
              + plan.microBatch()
              + " x "
              + together / plan.microBatch()
              + " replicas");
    }
  }

  /** The class has no backward passes. To be said before {@link #schedule}. */
  public void forwardOnly() {
    forwardOnly = true;
  }

  /**
   * The schedule can run so many micro-batches.
   *
   * @param stages of the pipeline
   * @param split whether the class has the gradients of inputs and of weights apart
   */
  public void schedule(long microBatches, long stages, boolean split, String place) {
    String name = plan.schedule().name();
    Optional<PipelineSchedule> schedule = PipelineSchedule.named(name);
    if (schedule.isEmpty()) {
      find(place, "TFM1001", "unknown schedule `" + name + "`");
      return;
    }
    schedule
        .get()
        .objectionToSettings(plan.schedule().settings())
        .or(() -> objection(schedule.get(), microBatches, stages))
        .ifPresent(objection -> find(place, "TFM4005", objection.problem()));
    if (plan.schedule().forwardOnly() != forwardOnly) {
      String passes = forwardOnly ? "without" : "with";
      find(place, "TFM4005", "the class is generated " + passes + " backward passes");
    } else if (schedule.get().splitsBackward() && !split && !forwardOnly) {
      String problem = "`" + name + "` needs a class that is generated for it";
      find(place, "TFM4005", problem + ": say `schedule " + name + "` in the plan");
    }
  }

  /** That there is no micro-batch is said of the batch. */
  private Optional<Objection> objection(PipelineSchedule schedule, long microBatches, long stages) {
    return microBatches < 1
        ? Optional.empty()
        : schedule.objection(
            plan.schedule().pipeline(Math.toIntExact(stages), Math.toIntExact(microBatches)));
  }

  /** The mesh fills the cluster. */
  public void cluster(String place) {
    long places = 1;
    for (NetworkDimension dimension : plan.cluster().dimensions()) {
      places = Math.multiplyExact(places, dimension.size());
    }
    int ranks = plan.mesh().ranks();
    if (ranks != places) {
      String cluster = "cluster `" + plan.cluster().name() + "` has " + places;
      find(place, "TFM3020", "the mesh has " + ranks + " ranks, but " + cluster);
    }
  }

  /**
   * Ends the checks.
   *
   * @throws InvalidPlanException if any failed
   */
  public void done() {
    if (!findings.isEmpty()) {
      throw new InvalidPlanException(findings);
    }
  }

  private void find(String place, String code, String message) {
    findings.add(place + ": error[" + code + "]: " + message);
  }
}
