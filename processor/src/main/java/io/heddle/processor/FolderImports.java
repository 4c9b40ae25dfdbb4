package io.heddle.processor;

import io.heddle.processor.diagnose.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Finds imported files in the folder of the main file and below it, never elsewhere. */
public final class FolderImports implements FoundImports {
  private final Path folder;
  private final Function<Path, Optional<String>> open;
  private final List<Source> found = new ArrayList<>();
  private final Map<Wanted, String> refusals = new HashMap<>();

  private record Wanted(String importer, String path) {}

  private FolderImports(Path folder, Function<Path, Optional<String>> open) {
    this.folder = folder;
    this.open = open;
  }

  /** Of a file, seen from its folder. */
  public static FolderImports beside(Path main) {
    return beside(main, unused -> Optional.empty());
  }

  /**
   * As {@link #beside(Path)}.
   *
   * @param open texts of files that stand for what is in their folder; others are read
   */
  public static FolderImports beside(Path main, Function<Path, Optional<String>> open) {
    Path parent = main.getParent();
    return new FolderImports(parent == null ? Path.of("") : parent, open);
  }

  /** Of any of the files in a folder and below it: they may import each other. */
  public static FolderImports in(Path folder) {
    return new FolderImports(folder, unused -> Optional.empty());
  }

  @Override
  public List<Source> found() {
    return List.copyOf(found);
  }

  @Override
  public Optional<String> refusal(String importer, String path) {
    return Optional.ofNullable(refusals.get(new Wanted(importer, path)));
  }

  @Override
  public Optional<Source> find(Source importer, String path) {
    try {
      Path file = Path.of(importer.path()).resolveSibling(path).normalize();
      if (!Files.exists(file)) {
        Optional<String> meant =
            isInside(path, file)
                ? FileHint.beside(file)
                    .map(near -> path(importer, Path.of(near)))
                    .or(() -> FileHint.inLibrary(path))
                : FileHint.inLibrary(path);
        return refuse(importer, path, "there is no file " + file + FileHint.asked(meant));
      }
      Path real = file.toRealPath();
      if (Path.of(path).isAbsolute() || !real.startsWith(folder.toRealPath())) {
        String place = folder.toString().isEmpty() ? "." : folder.toString();
        return refuse(
            importer,
            path,
            "imports must lie in the folder of the main file, " + place + ", or below it");
      }
      Optional<String> opened = open.apply(file);
      String text = opened.isPresent() ? opened.get() : SourceText.read(file, "specification");
      Source source = new Source(file.toString(), text);
      found.add(source);
      return Optional.of(source);
    } catch (InvalidPathException e) {
      return refuse(importer, path, "this names no file: " + e.getReason());
    } catch (UnreadableException e) {
      return refuse(importer, path, path + ": " + e.getMessage());
    } catch (IOException e) {
      return refuse(importer, path, String.valueOf(e.getMessage()));
    }
  }

  /** Whether a file that is not there would be one that may be imported. */
  private boolean isInside(String path, Path file) {
    return !Path.of(path).isAbsolute()
        && file.toAbsolutePath().normalize().startsWith(folder.toAbsolutePath().normalize());
  }

  /** A file as its importer would write it. */
  private static String path(Source importer, Path file) {
    Path parent = Path.of(importer.path()).getParent();
    Path folder = parent == null ? Path.of("") : parent;
    return folder.relativize(file).toString().replace('\\', '/');
  }

  private Optional<Source> refuse(Source importer, String path, String why) {
    refusals.put(new Wanted(importer.path(), path), why);
    return Optional.empty();
  }
}
