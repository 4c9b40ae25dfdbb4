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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Makes Java of all files of a folder, as far as they have changed. */
final class Generation {
  private static final String SUFFIX = ".tfm";
  private static final Pattern NAME = Pattern.compile("[A-Za-z_]\\w*(\\.[A-Za-z_]\\w*)*");

  private final Path sources;
  private final Path output;
  private final String packageName;
  private final Map<Path, String> owners = new HashMap<>();
  private final List<String> warnings = new ArrayList<>();
  private final List<String> errors = new ArrayList<>();
  private int changed;
  private int written;
  private int failed;

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

  /** Generates what is missing, and removes what no file makes any more. */
  Outcome run() throws IOException {
    GenerationRecord before = GenerationRecord.read(output);
    GenerationRecord after = new GenerationRecord();
    List<Path> files = files();
    for (Path file : files) {
      generate(file, before, after);
    }
    if (errors.isEmpty()) {
      before.remove(output, after.outputs());
      after.write(output);
    }
    return new Outcome(files.size(), changed, written, failed, warnings, errors);
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

  private void generate(Path file, GenerationRecord before, GenerationRecord after)
      throws IOException {
    String name = sources.relativize(file).toString().replace('\\', '/');
    String text;
    try {
      text = SourceText.read(file, "specification");
    } catch (UnreadableException e) {
      fail(file + ": " + e.getMessage());
      return;
    }
    FolderImports imports = FolderImports.in(sources);
    TfmCompiler compiler = TfmCompiler.read(new Source(file.toString(), text), imports);
    List<String> plans = compiler.ownPlans();
    if (plans.isEmpty() && !compiler.hasErrors()) {
      // Others import it.
      return;
    }
    String owner = packageOf(file);
    if (!NAME.matcher(owner).matches()) {
      fail(
          "%s: no package: put it in a folder below %s, or set packageName"
              .formatted(file, sources));
      return;
    }
    String digest = GenerationRecord.digest(owner, text, imports.found());
    Optional<List<String>> known = before.unchanged(name, digest, output);
    if (known.isPresent()) {
      after.put(name, digest, known.get());
      claim(name, known.get());
      return;
    }
    changed++;
    List<TfmCompiler.Compiled> compiled = new ArrayList<>();
    for (String plan : plans) {
      compiler.compile(plan).filter(TfmCompiler.Compiled::checkPlacement).ifPresent(compiled::add);
    }
    report(compiler.diagnostics());
    if (compiler.hasErrors()) {
      return;
    }
    Set<String> outputs = new LinkedHashSet<>();
    for (JavaFile java : ModelClasses.of(compiled, owner)) {
      String path = java.qualifiedName().replace('.', '/') + ".java";
      outputs.add(path);
      if (write(output.resolve(path), java.text())) {
        written++;
      }
    }
    claim(name, List.copyOf(outputs));
    after.put(name, digest, List.copyOf(outputs));
  }

  private void fail(String message) {
    errors.add(message);
    failed++;
  }

  /** Two files of a package may have plans of one name. */
  private void claim(String name, List<String> outputs) {
    for (String path : outputs) {
      String other = owners.putIfAbsent(output.resolve(path), name);
      if (other != null) {
        fail("%s and %s both make %s: rename a plan of one of them".formatted(other, name, path));
      }
    }
  }

  private void report(List<Diagnostic> findings) {
    boolean isWrong = false;
    for (Diagnostic finding : findings) {
      boolean isError = finding.severity() == Severity.ERROR;
      (isError ? errors : warnings).add(Rendering.of(finding).stripTrailing());
      isWrong |= isError;
    }
    failed += isWrong ? 1 : 0;
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
