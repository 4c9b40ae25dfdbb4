package io.heddle.processor.annotation;

import io.heddle.processor.Imports;
import io.heddle.processor.SourceText;
import io.heddle.processor.UnreadableException;
import io.heddle.processor.diagnose.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javax.annotation.processing.Filer;
import javax.annotation.processing.ProcessingEnvironment;
import javax.tools.StandardLocation;
import org.jspecify.annotations.Nullable;

/** Finds files for the annotation processor: in the named folder, else among the resources. */
final class SourceFiles implements Imports {
  private static final List<StandardLocation> LOCATIONS =
      List.of(
          StandardLocation.SOURCE_PATH, StandardLocation.CLASS_OUTPUT, StandardLocation.CLASS_PATH);

  private final Filer filer;
  private final @Nullable String folder;
  private String refusal = "";

  SourceFiles(ProcessingEnvironment environment) {
    this.filer = environment.getFiler();
    this.folder = environment.getOptions().get(TransformerModelProcessor.SOURCE_PATH);
  }

  /** A file as the annotation names it; a file of the library by its name there. */
  Optional<Source> find(String path) {
    refusal = "";
    if (path.startsWith(Imports.LIBRARY)) {
      return Imports.library(path);
    }
    return folder == null ? resource(path) : read(path);
  }

  /** Why the last file was not found. */
  String refusal(String path) {
    if (!refusal.isEmpty()) {
      return path + ": " + refusal;
    }
    String option = "-A" + TransformerModelProcessor.SOURCE_PATH + "=";
    return folder == null
        ? "%s: no such file; give its folder as %s…, or put it among the resources"
            .formatted(path, option)
        : "%s: no such file in %s%s".formatted(path, option, folder);
  }

  @Override
  public Optional<Source> find(Source importer, String path) {
    try {
      if (folder != null) {
        Path root = Path.of(folder);
        Path file = Path.of(importer.path()).resolveSibling(path);
        return read(root.relativize(file).normalize().toString());
      }
      Path beside = Path.of(importer.path()).resolveSibling(path).normalize();
      return resource(beside.toString().replace('\\', '/'));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private Optional<Source> resource(String path) {
    return LOCATIONS.stream().flatMap(location -> resource(location, path).stream()).findFirst();
  }

  private Optional<Source> resource(StandardLocation location, String path) {
    try {
      CharSequence text = filer.getResource(location, "", path).getCharContent(true);
      return Optional.of(new Source(path, text.toString()));
    } catch (IOException | IllegalArgumentException | UnsupportedOperationException e) {
      return Optional.empty();
    }
  }

  /** Files outside of the folder are not read. */
  private Optional<Source> read(String path) {
    try {
      Path root = Path.of(String.valueOf(folder));
      Path file = root.resolve(path).normalize();
      if (!Files.isRegularFile(file)) {
        return Optional.empty();
      }
      if (!file.toRealPath().startsWith(root.toRealPath())) {
        refusal = "is not in the folder of -A" + TransformerModelProcessor.SOURCE_PATH;
        return Optional.empty();
      }
      return Optional.of(new Source(file.toString(), SourceText.read(file, "specification")));
    } catch (UnreadableException e) {
      refusal = String.valueOf(e.getMessage());
    } catch (IOException | InvalidPathException e) {
      refusal = "cannot be read: " + e.getMessage();
    }
    return Optional.empty();
  }
}
