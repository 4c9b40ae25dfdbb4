package io.heddle.processor.syntax;

import java.util.List;

/** A name with its dimensions, such as {@code wq[h g r d]}. */
public record TensorSyntax(Name name, List<Name> dims) {}
