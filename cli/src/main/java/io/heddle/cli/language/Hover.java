package io.heddle.cli.language;

import io.heddle.processor.diagnose.Span;

/**
 * What is said of a place.
 *
 * @param text in Markdown
 */
public record Hover(Span span, String text) {}
