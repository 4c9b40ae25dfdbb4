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

/** Finds imported files in the folder of the main file and below it, never elsewhere. */
public final class FolderImports implements FoundImports {
  private final Path folder;
  private final List<Source> found = new ArrayList<>();
  private final Map<Wanted, String> refusals = new HashMap<>();

  private record Wanted(String importer, String path) {}

  private FolderImports(Path folder) {
    this.folder = folder;
  }

  /** Of a file, seen from its folder. */
  public static FolderImports beside(Path main) {
    Path parent = main.getParent();
    return new FolderImports(parent == null ? Path.of("") : parent);
  }

  /** Of any of the files in a folder and below it: they may import each other. */
  public static FolderImports in(Path folder) {
    return new FolderImports(folder);
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
        return refuse(importer, path, "there is no file " + file);
      }
      Path real = file.toRealPath();
      if (Path.of(path).isAbsolute() || !real.startsWith(folder.toRealPath())) {
        String place = folder.toString().isEmpty() ? "." : folder.toString();
        return refuse(
            importer,
            path,
            "imports must lie in the folder of the main file, " + place + ", or below it");
      }
      Source source = new Source(file.toString(), SourceText.read(file, "specification"));
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

  private Optional<Source> refuse(Source importer, String path, String why) {
    refusals.put(new Wanted(importer.path(), path), why);
    return Optional.empty();
  }
}
