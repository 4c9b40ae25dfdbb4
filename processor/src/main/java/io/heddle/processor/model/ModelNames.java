package io.heddle.processor.model;

import io.heddle.processor.diagnose.Diagnostics;

/** The names of a model that its blocks may use. */
record ModelNames(
    Names<Model.Parameter> parameters,
    Names<Dim> dims,
    DeclaredOperations operations,
    Diagnostics diagnostics) {}
