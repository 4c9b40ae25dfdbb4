package io.heddle.cli.source;

import io.heddle.cli.failure.Failure;
import io.heddle.processor.FileHint;
import io.heddle.processor.FolderImports;
import io.heddle.processor.FoundImports;
import io.heddle.processor.Imports;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.diagnose.Code;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.syntax.PlansAlone;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** A file with what it imports, read by the compiler. */
public final class Specification {
  private final Source main;
  private final FoundImports imports;
  private final TfmCompiler compiler;

  private Specification(Source main, FoundImports imports) {
    this.main = main;
    this.imports = imports;
    this.compiler = TfmCompiler.read(main, imports);
  }

  /**
   * Reads a file; where there is none and its name begins with {@code std/}, that of the built-in
   * library.
   *
   * @throws Failure if it cannot be read; what it says wrongly is among the findings instead
   */
  public static Specification read(Path file) {
    Path path = file.normalize();
    Source source =
        isOfLibrary(path)
            ? library(path)
            : new Source(path.toString(), TextFile.read(path, "specification"));
    return new Specification(source, FolderImports.beside(path));
  }

  /** Whether a name means a file of the built-in library: a file of that name goes before it. */
  public static boolean isOfLibrary(Path file) {
    return name(file).startsWith(Imports.LIBRARY) && !Files.exists(file);
  }

  private static Source library(Path path) {
    return Imports.library(name(path))
        .orElseThrow(
            () ->
                Failure.environment(
                    path
                        + ": no such file, here or in the built-in library"
                        + FileHint.asked(FileHint.inLibrary(name(path)))));
  }

  private static String name(Path file) {
    return file.normalize().toString().replace('\\', '/');
  }

  /** A text as if it stood in a file. */
  public static Specification of(Path file, String text) {
    Path path = file.normalize();
    return of(path, text, unused -> Optional.empty());
  }

  /**
   * As {@link #of(Path, String)}.
   *
   * @param open texts of imported files that stand for what is in their folder; others are read
   */
  public static Specification of(Path file, String text, Function<Path, Optional<String>> open) {
    Path path = file.normalize();
    return new Specification(new Source(path.toString(), text), FolderImports.beside(path, open));
  }

  /** A specification whose texts come from elsewhere. */
  public static Specification of(SourceTexts texts) {
    return new Specification(texts.mainSource(), texts.imports());
  }

  public TfmCompiler compiler() {
    return compiler;
  }

  /** All findings so far; those of imports say why a file was not taken. */
  public List<Diagnostic> findings() {
    return compiler.diagnostics().stream().map(this::withReason).toList();
  }

  private Diagnostic withReason(Diagnostic finding) {
    if (finding.code() != Code.UNKNOWN_IMPORT) {
      return finding;
    }
    return quoted(finding.message())
        .flatMap(path -> imports.refusal(finding.span().source().path(), path))
        .map(
            why ->
                new Diagnostic(
                    finding.code(), finding.span(), finding.message(), finding.notes(), why))
        .orElse(finding);
  }

  /** What stands between the first and the last back-tick. */
  private static Optional<String> quoted(String message) {
    int from = message.indexOf('`');
    int to = message.lastIndexOf('`');
    return from < to ? Optional.of(message.substring(from + 1, to)) : Optional.empty();
  }

  /** SHA-256 of the text of the file and of all that it imports from beside it. */
  public String hash() {
    return hash(Source::text);
  }

  /** The same of what makes plans: sweeps may change. */
  public String hashOfPlans() {
    return hash(PlansAlone::of);
  }

  private String hash(Function<Source, String> text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      all().forEach(source -> add(digest, text.apply(source)));
      return "sha256:" + HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The file, and those that it imports from beside it. */
  public List<Path> files() {
    return all().map(source -> Path.of(source.path())).toList();
  }

  /** Their texts by their paths, as seen from the folder of the file. */
  public Map<String, String> texts() {
    Path parent = Path.of(main.path()).getParent();
    Path folder = parent == null ? Path.of("") : parent;
    Map<String, String> texts = new LinkedHashMap<>();
    all()
        .forEach(
            source ->
                texts.put(folder.relativize(Path.of(source.path())).toString(), source.text()));
    return texts;
  }

  /** All that is needed to read it elsewhere. */
  public SourceTexts sourceTexts() {
    Map<String, String> texts = new LinkedHashMap<>();
    all().forEach(source -> texts.put(source.path(), source.text()));
    return new SourceTexts(main.path(), texts);
  }

  private Stream<Source> all() {
    return Stream.concat(Stream.of(main), imports.found().stream()).distinct();
  }

  private static void add(MessageDigest digest, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update((bytes.length + "\n").getBytes(StandardCharsets.UTF_8));
    digest.update(bytes);
  }
}
