package io.heddle.processor.local;

import java.util.List;
import java.util.Map;

/**
 * The end of a training step: gradients are reduced, weights updated. Each part sums over the
 * weights that a stage holds.
 *
 * @param first gradients that are partial over axes other than the data axes, by those axes
 * @param data all gradients, by the data axes over which they are partial; those partial over none
 *     have the empty list
 */
public record Step(
    Map<List<String>, List<LocalWeight>> first, Map<List<String>, List<LocalWeight>> data) {}
