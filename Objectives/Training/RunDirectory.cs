using System.Globalization;

namespace NativeSsl;

/// <summary>A checkpoint on the disk.</summary>
/// <param name="Step">How many optimizer steps it has behind it.</param>
/// <param name="Path">The file.</param>
public sealed record Checkpoint(long Step, string Path);

/// <summary>
/// A run on the disk: <c>recipe.json</c>, <c>metrics.jsonl</c>, <c>tokenizer.json</c> and <c>checkpoints/step-N.safetensors</c>. Whoever opens it is
/// alone in it until it is disposed. Everything in it is written whole or not at all, so it can be resumed after any end.
/// </summary>
public sealed class RunDirectory : IDisposable
{
    const string LossKey = "validation_loss", StepKey = "step", Prefix = "step-", Extension = ".safetensors";

    readonly RunLock _lock;

    RunDirectory(string path, RunLock runLock, Recipe recipe) => (Path, _lock, Recipe) = (path, runLock, recipe);

    /// <summary>The folder.</summary>
    public string Path { get; }
    /// <summary>The recipe that the run follows.</summary>
    public Recipe Recipe { get; }
    /// <summary>How many of the newest checkpoints are kept, besides the one with the lowest validation loss.</summary>
    public int KeepLast { get; init; } = 2;

    /// <summary>The diary's path.</summary>
    public string MetricsPath => System.IO.Path.Combine(Path, "metrics.jsonl");
    /// <summary>The tokenizer's path.</summary>
    public string TokenizerPath => System.IO.Path.Combine(Path, "tokenizer.json");

    /// <summary>Begins a run in a folder that has none.</summary>
    /// <exception cref="NativeSslException">There is a run already, or the recipe has a value out of range.</exception>
    /// <exception cref="RunLockedException">Another process is at work there.</exception>
    /// <exception cref="FileWriteException">The folder cannot be written.</exception>
    public static RunDirectory Create(string path, Recipe recipe)
    {
        recipe.Check();
        try { Directory.CreateDirectory(CheckpointFolder(path)); }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FileWriteException(path, $"the run directory cannot be made: {error.Message}", error);
        }
        return Locked(path, runLock =>
        {
            if (File.Exists(RecipePath(path))) throw new NativeSslException($"{path}: there is a run already. Resume it, or choose another directory.");
            recipe.Save(RecipePath(path));
            return new RunDirectory(path, runLock, recipe);
        });
    }

    /// <summary>Opens a run to go on with it; sweeps away what killed processes left.</summary>
    /// <exception cref="MalformedFileException">There is no run, or its recipe cannot be read.</exception>
    /// <exception cref="RunLockedException">Another process is at work there.</exception>
    public static RunDirectory Open(string path)
    {
        Recipe recipe = Recipe.Load(RecipePath(path));
        return Locked(path, runLock => new RunDirectory(path, runLock, recipe));
    }

    static RunDirectory Locked(string path, Func<RunLock, RunDirectory> open)
    {
        RunLock runLock = RunLock.Take(path);
        try
        {
            AtomicFile.Sweep(path);
            AtomicFile.Sweep(CheckpointFolder(path));
            return open(runLock);
        }
        catch
        {
            runLock.Dispose();
            throw;
        }
    }

    /// <summary>Opens the diary: empty for a new run, cut back to the checkpoint for a resumed one.</summary>
    /// <param name="resumeAt">The step of the checkpoint; 0 for a new run.</param>
    /// <exception cref="MalformedFileException">It is not a diary.</exception>
    public MetricsLog OpenMetrics(long resumeAt) => MetricsLog.Open(MetricsPath, resumeAt);

    /// <summary>Saves a checkpoint, then deletes older ones: all but the newest <see cref="KeepLast"/> and the one with the lowest validation loss.</summary>
    /// <param name="step">How many optimizer steps have been done.</param>
    /// <param name="items">All that the run needs to go on.</param>
    /// <param name="metadata">Strings to go with it.</param>
    /// <param name="validationLoss">The latest validation loss, if there is one.</param>
    /// <exception cref="FileWriteException">It cannot be written; the older ones are all still there.</exception>
    public Checkpoint Save(long step, IEnumerable<SafetensorsItem> items, IReadOnlyDictionary<string, string>? metadata = null, double? validationLoss = null)
    {
        Dictionary<string, string> all = new(metadata ?? new Dictionary<string, string>()) { [StepKey] = step.ToString(CultureInfo.InvariantCulture) };
        if (validationLoss is { } loss) all[LossKey] = loss.ToString("R", CultureInfo.InvariantCulture);
        Checkpoint checkpoint = new(step, System.IO.Path.Combine(CheckpointFolder(Path), FormattableString.Invariant($"{Prefix}{step}{Extension}")));
        SafetensorsWriter.Write(checkpoint.Path, items, all);
        Rotate(step);
        return checkpoint;
    }

    // Files of later steps than this are of no use to the run (it resumed before them because they could not be read) and do not count.
    void Rotate(long step)
    {
        Checkpoint[] old = [.. Checkpoints(Path).Where(checkpoint => checkpoint.Step <= step).Skip(KeepLast)];
        string? best = Best(Path)?.Path;
        foreach (Checkpoint checkpoint in old.Where(checkpoint => checkpoint.Path != best))
            try { File.Delete(checkpoint.Path); }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException) { }      // one too many does no harm; the next save tries again
    }

    /// <summary>All checkpoints of a run, the newest first, whether they can be read or not.</summary>
    public static IReadOnlyList<Checkpoint> Checkpoints(string path)
    {
        string folder = CheckpointFolder(path);
        if (!Directory.Exists(folder)) return [];
        return [.. Directory.GetFiles(folder, $"{Prefix}*{Extension}").Select(Parse).OfType<Checkpoint>().OrderByDescending(checkpoint => checkpoint.Step)];

        static Checkpoint? Parse(string file) =>
            long.TryParse(System.IO.Path.GetFileNameWithoutExtension(file).AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long step)
                ? new Checkpoint(step, file) : null;
    }

    /// <summary>The newest checkpoint that can be read from end to end; null if there is none.</summary>
    /// <param name="path">The run's folder.</param>
    /// <param name="unreadable">Called for each newer one that cannot, with the reason.</param>
    public static Checkpoint? Latest(string path, Action<MalformedFileException>? unreadable = null)
    {
        foreach (Checkpoint checkpoint in Checkpoints(path))
            try
            {
                using SafetensorsFile file = SafetensorsFile.Open(checkpoint.Path);
                file.Verify();
                return checkpoint;
            }
            catch (MalformedFileException error)
            {
                unreadable?.Invoke(error);
            }
        return null;
    }

    /// <summary>The checkpoint with the lowest validation loss; null if none has one.</summary>
    public static Checkpoint? Best(string path)
    {
        (Checkpoint? best, double lowest) = (null, double.PositiveInfinity);
        foreach (Checkpoint checkpoint in Checkpoints(path))
            if (ValidationLoss(checkpoint) is { } loss && loss < lowest) (best, lowest) = (checkpoint, loss);
        return best;
    }

    static double? ValidationLoss(Checkpoint checkpoint)
    {
        try
        {
            using SafetensorsFile file = SafetensorsFile.Open(checkpoint.Path);
            return file.Metadata.TryGetValue(LossKey, out string? text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double loss) ? loss : null;
        }
        catch (MalformedFileException)
        {
            return null;
        }
    }

    static string RecipePath(string path) => System.IO.Path.Combine(path, "recipe.json");
    static string CheckpointFolder(string path) => System.IO.Path.Combine(path, "checkpoints");

    /// <summary>Lets others in.</summary>
    public void Dispose() => _lock.Dispose();
}
