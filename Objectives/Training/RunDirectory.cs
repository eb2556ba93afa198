namespace NativeSsl;

/// <summary>
/// A run on the disk: <c>recipe.json</c>, <c>metrics.jsonl</c>, <c>tokenizer.json</c> and <c>checkpoints/step-N.safetensors</c>. Whoever
/// opens it is alone in it until it is disposed. Everything in it is written whole or not at all, so it can be resumed after any end.
/// </summary>
public sealed partial class RunDirectory : IDisposable
{
    readonly RunLock _lock;

    RunDirectory(string path, RunLock runLock, Recipe recipe) => (Path, _lock, Recipe) = (path, runLock, recipe);

    /// <summary>The folder.</summary>
    public string Path { get; }
    /// <summary>The recipe that the run follows.</summary>
    public Recipe Recipe { get; }

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
            if (File.Exists(RecipePath(path)))
                throw new NativeSslException($"{path}: there is a run already. Resume it, or choose another directory.");
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

    static string RecipePath(string path) => System.IO.Path.Combine(path, "recipe.json");

    /// <summary>Lets others in.</summary>
    public void Dispose() => _lock.Dispose();
}
