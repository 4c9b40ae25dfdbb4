package io.heddle.processor;

import io.heddle.processor.diagnose.Source;
import java.util.List;
import java.util.Optional;

/** Imports of one main file that remember what was asked for. */
public interface FoundImports extends Imports {
  /** The files that were found, in the order in which they were asked for. */
  List<Source> found();

  /** Why an import was refused; empty if it was not. */
  Optional<String> refusal(String importer, String path);
}
