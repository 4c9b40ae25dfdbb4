package io.heddle.processor;

import io.heddle.processor.diagnose.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javax.annotation.processing.Filer;
import javax.annotation.processing.ProcessingEnvironment;
import javax.tools.StandardLocation;

/** Finds files for the annotation processor: in the named folder, else among the resources. */
final class SourceFiles implements Imports {
  private static final List<StandardLocation> LOCATIONS =
      List.of(
          StandardLocation.SOURCE_PATH, StandardLocation.CLASS_OUTPUT, StandardLocation.CLASS_PATH);

  private final Filer filer;
  private final Optional<Path> folder;

  SourceFiles(ProcessingEnvironment environment) {
    this.filer = environment.getFiler();
    this.folder =
        Optional.ofNullable(environment.getOptions().get(TransformerModelProcessor.SOURCE_PATH))
            .map(Path::of);
  }

  /** A file as the annotation names it. */
  Optional<Source> find(String path) {
    if (folder.isPresent()) {
      return read(folder.get().resolve(path).normalize());
    }
    for (StandardLocation location : LOCATIONS) {
      Optional<Source> found = resource(location, path);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private Optional<Source> resource(StandardLocation location, String path) {
    try {
      CharSequence text = filer.getResource(location, "", path).getCharContent(true);
      return Optional.of(new Source(path, text.toString()));
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  @Override
  public Optional<Source> find(Source importer, String path) {
    if (folder.isPresent()) {
      return read(Path.of(importer.path()).resolveSibling(path).normalize());
    }
    int slash = importer.path().lastIndexOf('/');
    String folderOfImporter = importer.path().substring(0, slash + 1);
    return find(Path.of(folderOfImporter + path).normalize().toString().replace('\\', '/'));
  }

  private static Optional<Source> read(Path path) {
    try {
      return Optional.of(new Source(path.toString(), Files.readString(path)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
