package io.heddle.runtime.mode;

import io.heddle.runtime.emit.PipelinePass;
import io.heddle.runtime.trace.CountingSink;

/**
 * Passes that emit the same.
 *
 * @param index among all kinds of the plan, from 0
 * @param pass of which all are
 * @param layer of the first that was met; -1 where they are of none
 * @param rank on which it was met
 * @param nodes what the rank emits
 * @param counts of that
 */
record PassKind(
    int index, PipelinePass pass, int layer, int rank, PassProgram nodes, CountingSink counts) {}
