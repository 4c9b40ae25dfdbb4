package io.heddle.maven;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.maven.plugin.AbstractMojo;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.MojoFailureException;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.apache.maven.project.MavenProject;

/**
 * Generates a flattener for each plan of the {@code .tfm} files of a project, and adds them to its
 * sources. Files whose text and imports have not changed since are left alone.
 */
@Mojo(name = "generate-sources", defaultPhase = LifecyclePhase.GENERATE_SOURCES, threadSafe = true)
public final class GenerateSourcesMojo extends AbstractMojo {
  /** The folder of the files; their folders below it are the packages of what is generated. */
  @Parameter(
      property = "heddle.sourceDirectory",
      defaultValue = "${project.basedir}/src/main/tfm",
      required = true)
  private File sourceDirectory = new File("src/main/tfm");

  /** Where Java is written. */
  @Parameter(
      property = "heddle.outputDirectory",
      defaultValue = "${project.build.directory}/generated-sources/heddle",
      required = true)
  private File outputDirectory = new File("target/generated-sources/heddle");

  /** The package of files that lie in {@code sourceDirectory} itself. */
  @Parameter(property = "heddle.packageName", defaultValue = "")
  private String packageName = "";

  /** Whether nothing is generated. */
  @Parameter(property = "heddle.skip", defaultValue = "false")
  private boolean skip;

  @Parameter(defaultValue = "${project}", readonly = true, required = true)
  private MavenProject project = new MavenProject();

  @Override
  public void execute() throws MojoExecutionException, MojoFailureException {
    Path sources = sourceDirectory.toPath();
    if (skip) {
      return;
    }
    project.addCompileSourceRoot(outputDirectory.getPath());
    try {
      Generation.Outcome outcome =
          new Generation(sources, outputDirectory.toPath(), packageName == null ? "" : packageName)
              .run();
      outcome.warnings().forEach(getLog()::warn);
      outcome.errors().forEach(getLog()::error);
      if (!outcome.errors().isEmpty()) {
        throw new MojoFailureException(
            "%d of %d files in %s have errors"
                .formatted(outcome.failed(), outcome.files(), sources));
      }
      getLog()
          .info(
              "%d of %d files have changed; %d classes written"
                  .formatted(outcome.changed(), outcome.files(), outcome.written()));
    } catch (IOException e) {
      throw new MojoExecutionException("cannot generate sources: " + e.getMessage(), e);
    }
  }
}
