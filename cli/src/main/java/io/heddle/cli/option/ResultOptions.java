package io.heddle.cli.option;

import io.heddle.cli.artefact.Artefact;
import io.heddle.cli.file.OutputFile;
import io.heddle.cli.inspect.IdRange;
import io.heddle.runtime.mode.Mode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What a run tells of a step, and where to. */
public final class ResultOptions {
  @Option(names = "--json", description = "Print JSON, with the times of every rank.")
  private boolean json;

  @Option(
      names = "--critical-path",
      description = {
        "Show the critical path of the step: kernels and communication, by stage and pass; with"
            + " --json, every node."
      })
  private boolean criticalPath;

  @Option(
      names = "--csv",
      paramLabel = "FILE",
      description = "Write the times of all ranks as CSV, one row per rank.")
  private @Nullable Path csv;

  @Option(
      names = "--timeline",
      paramLabel = "FILE",
      description = {
        "Write the times of all nodes as a Chrome trace, to open in Perfetto: of one rank per"
            + " class of equal ranks, or of --timeline-ranks."
      })
  private @Nullable Path timeline;

  @Option(
      names = "--timeline-ranks",
      paramLabel = "RANGE",
      split = ",",
      converter = RangeConverter.class,
      description = "Ranks to show in timelines: 7, 7-9, or 7- (7 and all above).")
  private List<IdRange> timelineRanks = new ArrayList<>();

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description = {
        "Write report.json, ranks.csv and manifest.json, which reproduces the run, to"
            + " DIR/<model>/<plan>/<mode>. Replaces the files of an earlier run."
      })
  private @Nullable Path folder;

  @Option(
      names = "--with",
      paramLabel = "PART",
      split = ",",
      converter = ArtefactConverter.class,
      description = "With --output: also write ${COMPLETION-CANDIDATES}.",
      completionCandidates = ArtefactNames.class)
  private List<Artefact> with = new ArrayList<>();

  /** The names of what may be asked for. */
  static final class ArtefactNames extends ArrayList<String> {
    private static final long serialVersionUID = 1L;

    ArtefactNames() {
      super(Artefact.names());
    }
  }

  /** Reads the name of what is asked for. */
  static final class ArtefactConverter implements ITypeConverter<Artefact> {
    @Override
    public Artefact convert(String name) {
      return Artefact.named(name).orElseThrow(() -> NoneOf.words(name, Artefact.names()));
    }
  }

  /**
   * Checks what can be known before a file is read.
   *
   * @throws ParameterException if the options cannot be together
   */
  public void check(Mode mode, BackendName backend, CommandSpec spec) {
    if (csv != null) {
      GivenPath.check("--csv", csv, spec);
    }
    if (timeline != null) {
      GivenPath.check("--timeline", timeline, spec);
    }
    if (folder != null) {
      GivenPath.check("--output", folder, spec);
    } else if (!with.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "--with: needs --output");
    }
    if (!timelineRanks.isEmpty() && !needsTimeline()) {
      throw new ParameterException(
          spec.commandLine(), "--timeline-ranks: needs --timeline or --with " + Artefact.TIMELINE);
    }
    if ((criticalPath || needsTimeline())
        && (backend == BackendName.ASTRASIM || mode != Mode.FLATTENED)) {
      String option =
          criticalPath
              ? "--critical-path"
              : timeline != null ? "--timeline" : "--with " + Artefact.TIMELINE;
      String why =
          mode == Mode.FLATTENED
              ? "AstraSim's output has no times of nodes"
              : "only --mode " + Mode.FLATTENED + " has times of all nodes";
      throw new ParameterException(spec.commandLine(), option + ": " + why);
    }
  }

  /**
   * Checks the files before there is anything to write.
   *
   * @param inputs that must stay as they are
   * @throws io.heddle.cli.failure.Failure if a file cannot be written
   */
  public void checkFiles(Collection<Path> inputs) {
    csv().ifPresent(file -> file.check(inputs));
    timeline().ifPresent(file -> file.check(inputs));
  }

  /** Whether JSON is printed. */
  public boolean json() {
    return json;
  }

  /** Whether the critical path is printed. */
  public boolean criticalPath() {
    return criticalPath;
  }

  /** The file for the times of ranks. */
  public Optional<OutputFile> csv() {
    return Optional.ofNullable(csv).map(file -> new OutputFile("--csv", "times", file));
  }

  /** The file for the times of nodes. */
  public Optional<OutputFile> timeline() {
    return Optional.ofNullable(timeline)
        .map(file -> new OutputFile("--timeline", "timeline", file));
  }

  /**
   * The ranks that a timeline shows.
   *
   * @param ranks there are
   * @return empty for one of each class that is alike
   * @throws ParameterException if one is named that is not there
   */
  public NavigableSet<Integer> timelineRanks(int ranks, CommandSpec spec) {
    return ChosenRanks.of(timelineRanks, "--timeline-ranks", ranks, spec);
  }

  /** The folder below which folders of runs lie. */
  public Optional<Path> folder() {
    return Optional.ofNullable(folder);
  }

  /** What such a folder has besides. */
  public Set<Artefact> artefacts() {
    return with.isEmpty() ? EnumSet.noneOf(Artefact.class) : EnumSet.copyOf(with);
  }

  /** Whether the folder of the run gets a page. */
  public boolean needsPage() {
    return with.contains(Artefact.REPORT);
  }

  /** Whether the times of all nodes are asked for, which are in no result that is kept. */
  public boolean needsTimeline() {
    return timeline != null || with.contains(Artefact.TIMELINE);
  }
}
