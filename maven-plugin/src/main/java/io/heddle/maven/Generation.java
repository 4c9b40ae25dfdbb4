package io.heddle.maven;

import io.heddle.processor.FolderImports;
import io.heddle.processor.ModelClasses;
import io.heddle.processor.SourceText;
import io.heddle.processor.TfmCompiler;
import io.heddle.processor.UnreadableException;
import io.heddle.processor.diagnose.Diagnostic;
import io.heddle.processor.diagnose.Rendering;
import io.heddle.processor.diagnose.Severity;
import io.heddle.processor.diagnose.Source;
import io.heddle.processor.emit.JavaFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Makes Java of all files of a folder, as far as they have changed. */
final class Generation {
  private static final String SUFFIX = ".tfm";
  private static final String FLATTENER = "Flattener.java";
  private static final Pattern NAME = Pattern.compile("[A-Za-z_]\\w*(\\.[A-Za-z_]\\w*)*");

  private final Path sources;
  private final Path output;
  private final String packageName;
  private final Map<Path, String> owners = new HashMap<>();
  private final List<String> warnings = new ArrayList<>();
  private final List<String> errors = new ArrayList<>();
  private final Set<String> failed = new TreeSet<>();
  private int changed;
  private int written;

  /**
   * @param sources a folder with {@code .tfm} files, also below it; it may be missing
   * @param output where Java goes, and what is remembered until the next run
   * @param packageName of files in the folder itself
   */
  Generation(Path sources, Path output, String packageName) {
    this.sources = sources;
    this.output = output;
    this.packageName = packageName;
  }

  /**
   * What a run came to.
   *
   * @param files all of them
   * @param changed those that were compiled
   * @param written Java files whose text is new
   * @param failed files with errors
   */
  record Outcome(
      int files,
      int changed,
      int written,
      int failed,
      List<String> warnings,
      List<String> errors) {}

  /**
   * What a file makes.
   *
   * @param outputs paths of Java files
   * @param texts of those that are new, by their paths
   */
  private record Made(
      String name, String digest, List<String> outputs, Map<String, String> texts) {}

  /** Generates what is missing, and removes what no file makes any more. */
  Outcome run() throws IOException {
    GenerationRecord before = GenerationRecord.read(output);
    List<Path> files = files();
    List<Made> made = new ArrayList<>();
    for (Path file : files) {
      generate(file, before).ifPresent(made::add);
    }
    made.forEach(this::claim);
    // Nothing is written where a file is wrong: old and new classes would stand side by side.
    if (errors.isEmpty()) {
      GenerationRecord after = new GenerationRecord();
      for (Made each : made) {
        for (Map.Entry<String, String> java : each.texts().entrySet()) {
          written += write(output.resolve(java.getKey()), java.getValue()) ? 1 : 0;
        }
        after.put(each.name(), each.digest(), each.outputs());
      }
      before.remove(output, after.outputs());
      after.write(output);
    }
    return new Outcome(files.size(), changed, written, failed.size(), warnings, errors);
  }

  private List<Path> files() throws IOException {
    if (!Files.isDirectory(sources)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(sources)) {
      return all.filter(file -> file.toString().endsWith(SUFFIX) && Files.isRegularFile(file))
          .sorted()
          .toList();
    }
  }

  private Optional<Made> generate(Path file, GenerationRecord before) {
    String name = sources.relativize(file).toString().replace('\\', '/');
    String text;
    try {
      text = SourceText.read(file, "specification");
    } catch (UnreadableException e) {
      fail(name, file + ": " + e.getMessage());
      return Optional.empty();
    }
    FolderImports imports = FolderImports.in(sources);
    TfmCompiler compiler = TfmCompiler.read(new Source(file.toString(), text), imports);
    List<String> plans = compiler.ownPlans();
    if (plans.isEmpty() && !compiler.hasErrors()) {
      // Others import it.
      return Optional.empty();
    }
    String owner = packageOf(file);
    if (!NAME.matcher(owner).matches()) {
      fail(
          name,
          "%s: no package: put it in a folder below %s, or set packageName"
              .formatted(file, sources));
      return Optional.empty();
    }
    String digest = GenerationRecord.digest(owner, text, imports.found());
    Optional<List<String>> known = before.unchanged(name, digest, output);
    if (known.isPresent()) {
      return Optional.of(new Made(name, digest, known.get(), Map.of()));
    }
    changed++;
    List<TfmCompiler.Compiled> compiled = new ArrayList<>();
    for (String plan : plans) {
      compiler.compile(plan).filter(TfmCompiler.Compiled::checkPlacement).ifPresent(compiled::add);
    }
    report(name, compiler.diagnostics());
    if (compiler.hasErrors()) {
      return Optional.empty();
    }
    Map<String, String> texts = new LinkedHashMap<>();
    for (JavaFile java : ModelClasses.of(compiled, owner)) {
      texts.put(java.qualifiedName().replace('.', '/') + ".java", java.text());
    }
    return Optional.of(new Made(name, digest, List.copyOf(texts.keySet()), texts));
  }

  private void fail(String name, String message) {
    errors.add(message);
    failed.add(name);
  }

  /** Two files of a package may have plans of one name, or of one model. */
  private void claim(Made made) {
    Map<String, String> taken = new LinkedHashMap<>();
    for (String path : made.outputs()) {
      String other = owners.putIfAbsent(output.resolve(path), made.name());
      if (other != null) {
        taken.put(path, other);
      }
    }
    if (taken.isEmpty()) {
      return;
    }
    Optional<String> ofPlan =
        taken.keySet().stream().filter(path -> path.endsWith(FLATTENER)).findFirst();
    String path = ofPlan.orElseGet(() -> taken.keySet().iterator().next());
    String advice =
        ofPlan.isPresent()
            ? "rename a plan of one of them"
            : "put the plans of a model into one file, or the files into different folders";
    fail(
        made.name(),
        "%s and %s both make %s: %s".formatted(taken.get(path), made.name(), path, advice));
  }

  private void report(String name, List<Diagnostic> findings) {
    boolean isWrong = false;
    for (Diagnostic finding : findings) {
      boolean isError = finding.severity() == Severity.ERROR;
      (isError ? errors : warnings).add(Rendering.of(finding).stripTrailing());
      isWrong |= isError;
    }
    if (isWrong) {
      failed.add(name);
    }
  }

  private String packageOf(Path file) {
    Path folder = sources.relativize(file).getParent();
    return folder == null ? packageName : folder.toString().replace('\\', '/').replace('/', '.');
  }

  /** Leaves files of the same text alone, so that what compiles them sees no change. */
  private static boolean write(Path file, String text) throws IOException {
    if (Files.isRegularFile(file) && Files.readString(file, StandardCharsets.UTF_8).equals(text)) {
      return false;
    }
    Files.createDirectories(file.getParent());
    Files.writeString(file, text, StandardCharsets.UTF_8);
    return true;
  }
}
