package io.heddle.plan.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** The schedules that there are: a new one is a class and its place here, or a service. */
final class Schedules {
  /** The schedule of a plan that does not name one. */
  static final PipelineSchedule USUAL = new OneForwardOneBackward();

  private static final List<PipelineSchedule> OWN =
      List.of(
          new GPipe(),
          USUAL,
          new Interleaved(),
          new ZeroBubble(),
          new ZeroBubbleV(),
          new VHalf(),
          new VMin(),
          new DualPipeV());

  static final List<PipelineSchedule> ALL = withServices();

  /** By what plans call them: the first of a name. */
  static final Map<String, PipelineSchedule> BY_NAME =
      ALL.stream()
          .collect(
              Collectors.toUnmodifiableMap(
                  PipelineSchedule::name, schedule -> schedule, (first, second) -> first));

  private Schedules() {}

  /** A program that uses Heddle may have schedules of its own. */
  private static List<PipelineSchedule> withServices() {
    List<PipelineSchedule> all = new ArrayList<>(OWN);
    ServiceLoader.load(PipelineSchedule.class, PipelineSchedule.class.getClassLoader())
        .forEach(all::add);
    return List.copyOf(all);
  }
}
