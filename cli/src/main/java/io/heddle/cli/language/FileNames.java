package io.heddle.cli.language;

import io.heddle.processor.Imports;
import io.heddle.processor.diagnose.Diagnostics;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.syntax.ParsedText;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A file as it is read: its tree, and its names.
 *
 * @param parsed empty where it cannot be read at all
 * @param models what plans (with {@code @} before their names) and derived models are of
 */
public record FileNames(
    Source source,
    Optional<ParsedText> parsed,
    List<Occurrence> names,
    Map<String, String> models) {
  /** The library does not change, and has few files. */
  private static final Map<Source, FileNames> LIBRARY = new ConcurrentHashMap<>();

  public FileNames {
    names = List.copyOf(names);
    models = Map.copyOf(models);
  }

  static FileNames of(Source source) {
    // A copy of such a file that is being edited has its path, but not its text.
    return Imports.library(source.path()).filter(source::equals).isPresent()
        ? LIBRARY.computeIfAbsent(source, FileNames::read)
        : read(source);
  }

  private static FileNames read(Source source) {
    Optional<ParsedText> parsed = ParsedText.of(source, new Diagnostics());
    NameWalk walk = new NameWalk(source);
    parsed.ifPresent(text -> walk.file(text.file()));
    return new FileNames(source, parsed, walk.found(), walk.models());
  }
}
