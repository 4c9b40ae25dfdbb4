package io.heddle.processor;

import io.heddle.processor.model.Search;

/**
 * A search whose points can be compiled.
 *
 * @param search what is looked for
 * @param points among which
 */
public record SearchCompiler(Search search, SweepCompiler points) {}
