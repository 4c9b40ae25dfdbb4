package io.heddle.cli.language;

import io.heddle.cli.source.Specification;
import io.heddle.processor.diagnose.Source;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A file with all that it imports, and what the names in them mean. Does not change. */
public final class SpecificationNames {
  private final Specification specification;
  private final List<FileNames> files;
  private final Map<String, String> models = new HashMap<>();
  private final Map<Symbol, Occurrence> declarations = new LinkedHashMap<>();

  private SpecificationNames(Specification specification) {
    this.specification = specification;
    this.files = specification.compiler().sources().stream().map(FileNames::of).toList();
    for (FileNames file : files) {
      file.models().forEach(models::putIfAbsent);
      for (Occurrence name : file.names()) {
        if (name.declares()) {
          declarations.putIfAbsent(name.candidates().get(0), name);
        }
      }
    }
  }

  /** Reads the names of a file and of all that it imports. */
  public static SpecificationNames of(Specification specification) {
    return new SpecificationNames(specification);
  }

  /** The compiler's side of it; it gathers findings, and is for one thread. */
  public Specification specification() {
    return specification;
  }

  /** The file itself. */
  public FileNames main() {
    return files.get(0);
  }

  /** The file itself, then those that it imports. */
  public List<FileNames> files() {
    return files;
  }

  /** The file of this path. */
  public Optional<FileNames> file(String path) {
    return files.stream().filter(file -> file.source().path().equals(path)).findFirst();
  }

  /** The name at a place of the file itself; lines and columns count from 1. */
  public Optional<Occurrence> at(int line, int column) {
    return at(main(), line, column);
  }

  private static Optional<Occurrence> at(FileNames file, int line, int column) {
    Optional<Occurrence> found = Optional.empty();
    for (Occurrence name : file.names()) {
      // Of two names that touch, the one that begins here.
      if (name.isAt(line, column) && (found.isEmpty() || name.span().column() == column)) {
        found = Optional.of(name);
      }
    }
    return found;
  }

  /** What a name means; empty where nothing of this name is declared. */
  public Optional<Symbol> meaning(Occurrence name) {
    return name.candidates().stream()
        .flatMap(candidate -> declared(candidate).stream())
        .findFirst();
  }

  /** The symbol as it is declared: that of the model, for what is said of a plan's. */
  private Optional<Symbol> declared(Symbol symbol) {
    String owner = symbol.owner();
    Set<String> seen = new HashSet<>();
    while (seen.add(owner)) {
      Symbol candidate = new Symbol(symbol.kind(), owner, symbol.name());
      if (declarations.containsKey(candidate)) {
        return Optional.of(candidate);
      }
      int dot = owner.indexOf('.');
      String head = dot < 0 ? owner : owner.substring(0, dot);
      String base = models.get(head);
      if (base == null) {
        return Optional.empty();
      }
      owner = base + (dot < 0 ? "" : owner.substring(dot));
    }
    return Optional.empty();
  }

  /** Where a symbol is declared. */
  public Optional<Occurrence> declaration(Symbol symbol) {
    return Optional.ofNullable(declarations.get(symbol));
  }

  /** All that is declared of a kind, within an owner and the models that it is of. */
  public List<Symbol> declared(Symbol.Kind kind, String owner) {
    List<Symbol> found = new ArrayList<>();
    for (Symbol symbol : declarations.keySet()) {
      if (symbol.kind() == kind
          && declared(new Symbol(kind, owner, symbol.name())).filter(symbol::equals).isPresent()) {
        found.add(symbol);
      }
    }
    return found;
  }

  /** The model that a plan is of, and that of which a derived one is made. */
  public Optional<String> modelOf(String owner) {
    return Optional.ofNullable(models.get(owner));
  }

  /** Where a symbol is named, in all files. */
  public List<Occurrence> occurrences(Symbol symbol) {
    return files.stream()
        .flatMap(file -> file.names().stream())
        .filter(name -> name.candidates().stream().anyMatch(c -> c.name().equals(symbol.name())))
        .filter(name -> meaning(name).filter(symbol::equals).isPresent())
        .toList();
  }

  /** The text of the file itself. */
  public Source source() {
    return main().source();
  }
}
