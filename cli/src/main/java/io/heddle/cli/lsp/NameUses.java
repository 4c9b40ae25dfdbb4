package io.heddle.cli.lsp;

import io.heddle.cli.language.Occurrence;
import io.heddle.cli.language.SpecificationNames;
import io.heddle.cli.language.Symbol;
import io.heddle.processor.Imports;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.lsp4j.Location;
import org.eclipse.lsp4j.Position;
import org.eclipse.lsp4j.Range;
import org.eclipse.lsp4j.TextEdit;
import org.eclipse.lsp4j.WorkspaceEdit;
import org.eclipse.lsp4j.jsonrpc.ResponseErrorException;
import org.eclipse.lsp4j.jsonrpc.messages.ResponseError;
import org.eclipse.lsp4j.jsonrpc.messages.ResponseErrorCode;

/** Where names are declared and used, and how they are changed everywhere. */
final class NameUses {
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private final Workspace workspace;
  private final Problems places;

  NameUses(Workspace workspace) {
    this.workspace = workspace;
    this.places = new Problems(workspace.library());
  }

  private static Optional<Occurrence> name(Workspace.Known known, Position position) {
    TextMap map = known.map();
    return known.analysis().names().at(map.line(position), map.column(position));
  }

  private static Optional<Symbol> symbol(Workspace.Known known, Position position) {
    return name(known, position).flatMap(known.analysis().names()::meaning);
  }

  /** Where the name at a place is declared; of an import, the file. */
  List<Location> definition(Workspace.Known known, Position position) {
    SpecificationNames names = known.analysis().names();
    Optional<Location> declared =
        symbol(known, position)
            .flatMap(names::declaration)
            .flatMap(declaration -> places.location(declaration.span()));
    return declared.or(() -> imported(known, position)).stream().toList();
  }

  private Optional<Location> imported(Workspace.Known known, Position position) {
    SpecificationNames names = known.analysis().names();
    int line = known.map().line(position);
    return names.main().parsed().stream()
        .flatMap(parsed -> parsed.file().topLevel().stream())
        .map(declaration -> declaration.importLine())
        .filter(line2 -> line2 != null && line2.STRING() != null)
        .map(line2 -> line2.STRING().getSymbol())
        .filter(path -> path.getLine() == line)
        .map(path -> path.getText().replace("\"", ""))
        .flatMap(
            path -> names.files().stream().filter(file -> isImport(file.source().path(), path)))
        .flatMap(file -> workspace.library().uri(file.source()).stream())
        .map(uri -> new Location(uri, new Range(new Position(0, 0), new Position(0, 0))))
        .findFirst();
  }

  private static boolean isImport(String path, String written) {
    if (path.equals(written) || written.startsWith(Imports.LIBRARY)) {
      return path.equals(written);
    }
    try {
      return Path.of(path).endsWith(Path.of(written).normalize());
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /** Where the name at a place is used, in this file, its imports, and open files. */
  List<Location> references(Workspace.Known known, Position position, boolean withDeclaration) {
    Set<Location> found = new LinkedHashSet<>();
    for (Occurrence name : occurrences(known, position)) {
      if (withDeclaration || !name.declares()) {
        places.location(name.span()).ifPresent(found::add);
      }
    }
    return List.copyOf(found);
  }

  private List<Occurrence> occurrences(Workspace.Known known, Position position) {
    Optional<Symbol> symbol = symbol(known, position);
    if (symbol.isEmpty()) {
      return List.of();
    }
    SpecificationNames names = known.analysis().names();
    Optional<String> path =
        names.declaration(symbol.get()).map(declared -> declared.span().source().path());
    Set<Occurrence> found = new LinkedHashSet<>(names.occurrences(symbol.get()));
    for (OpenDocument other : workspace.documents()) {
      SpecificationNames elsewhere = workspace.analysis(other).names();
      // The same name may mean another thing in another file.
      if (elsewhere
          .declaration(symbol.get())
          .map(declared -> declared.span().source().path())
          .equals(path)) {
        found.addAll(elsewhere.occurrences(symbol.get()));
      }
    }
    return List.copyOf(found);
  }

  /** The name at a place, if it can be changed; else null. */
  @org.jspecify.annotations.Nullable
  Range renamed(Workspace.Known known, Position position) {
    boolean isOurs =
        symbol(known, position)
            .flatMap(known.analysis().names()::declaration)
            .filter(declared -> !declared.span().source().path().startsWith(Imports.LIBRARY))
            .isPresent();
    return isOurs
        ? name(known, position).map(found -> known.map().range(found.span())).orElse(null)
        : null;
  }

  /**
   * Changes a name wherever it stands.
   *
   * @throws ResponseErrorException if the new one is no name, or another thing has it
   */
  WorkspaceEdit rename(Workspace.Known known, Position position, String name) {
    if (!NAME.matcher(name).matches()) {
      throw refused("`" + name + "` is no name: letters, digits and `_`, a letter or `_` first");
    }
    if (renamed(known, position) == null) {
      throw refused("nothing that could have another name stands here");
    }
    SpecificationNames names = known.analysis().names();
    Symbol symbol = symbol(known, position).orElseThrow();
    if (names.declaration(new Symbol(symbol.kind(), symbol.owner(), name)).isPresent()) {
      throw refused("there is another %s `%s`".formatted(symbol.kind().title(), name));
    }
    Map<String, List<TextEdit>> edits = new HashMap<>();
    for (Location place : references(known, position, true)) {
      edits
          .computeIfAbsent(place.getUri(), unused -> new ArrayList<>())
          .add(new TextEdit(place.getRange(), name));
    }
    return new WorkspaceEdit(edits);
  }

  private static ResponseErrorException refused(String why) {
    return new ResponseErrorException(
        new ResponseError(ResponseErrorCode.InvalidParams, why, null));
  }
}
