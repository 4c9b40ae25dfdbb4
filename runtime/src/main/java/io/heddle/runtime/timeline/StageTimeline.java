package io.heddle.runtime.timeline;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one rank of a stage did, and when.
 *
 * @param rank of the stage, the one whose kernels last longest, or the first of several
 * @param actions in the order in which the rank ran them
 * @param communication when its communication lane was held, by the axes of the groups that
 *     communicate; {@link PipelineRecorder#SEND} is what goes from stage to stage
 */
public record StageTimeline(
    int stage, int rank, List<ActionTimes> actions, Map<String, List<BusyTime>> communication) {
  public StageTimeline {
    actions = List.copyOf(actions);
    communication = Collections.unmodifiableMap(new LinkedHashMap<>(communication));
  }
}
