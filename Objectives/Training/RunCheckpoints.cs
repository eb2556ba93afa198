using System.Globalization;

namespace NativeSsl;

/// <summary>A checkpoint on the disk.</summary>
/// <param name="Step">How many optimizer steps it has behind it.</param>
/// <param name="Path">The file.</param>
public sealed record Checkpoint(long Step, string Path);

// The checkpoints of a run: which there are, which is the one to go on from, and which may go.
public sealed partial class RunDirectory
{
    const string StepKey = "step", Prefix = "step-", Extension = ".safetensors";

    /// <summary>How many of the newest checkpoints are kept, besides the one with the lowest validation loss.</summary>
    public int KeepLast { get; init; } = 2;

    /// <summary>Saves a checkpoint, then deletes older ones: all but the newest <see cref="KeepLast"/> and the one with the lowest
    /// validation loss.</summary>
    /// <param name="step">How many optimizer steps have been done.</param>
    /// <param name="items">All that the run needs to go on.</param>
    /// <param name="metadata">Strings to go with it.</param>
    /// <param name="validationLoss">The latest validation loss, if there is one.</param>
    /// <exception cref="FileWriteException">It cannot be written; the older ones are all still there.</exception>
    public Checkpoint Save(long step, IEnumerable<SafetensorsItem> items, IReadOnlyDictionary<string, string>? metadata = null,
        double? validationLoss = null)
    {
        Dictionary<string, string> all = new(metadata ?? new Dictionary<string, string>())
            { [StepKey] = step.ToString(CultureInfo.InvariantCulture) };
        if (validationLoss is { } loss) all[CheckpointReader.LossKey] = loss.ToString("R", CultureInfo.InvariantCulture);
        Checkpoint checkpoint = new(step,
            System.IO.Path.Combine(CheckpointFolder(Path), FormattableString.Invariant($"{Prefix}{step}{Extension}")));
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
            // one too many does no harm; the next save tries again
            catch (Exception error) when (error is IOException or UnauthorizedAccessException) { }
    }

    /// <summary>All checkpoints of a run, the newest first, whether they can be read or not.</summary>
    public static IReadOnlyList<Checkpoint> Checkpoints(string path)
    {
        string folder = CheckpointFolder(path);
        if (!Directory.Exists(folder)) return [];
        return [.. Directory.GetFiles(folder, $"{Prefix}*{Extension}").Select(Parse).OfType<Checkpoint>()
            .OrderByDescending(checkpoint => checkpoint.Step)];

        static Checkpoint? Parse(string file) =>
            long.TryParse(System.IO.Path.GetFileNameWithoutExtension(file).AsSpan(Prefix.Length), NumberStyles.None,
                CultureInfo.InvariantCulture, out long step)
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

    /// <summary>Fills tensors with what a run has learned: from its best checkpoint, or else from the latest, without the rest that only training needs.</summary>
    /// <param name="path">The run's folder.</param>
    /// <param name="tensors">Names in the checkpoint, and what is to be filled.</param>
    /// <exception cref="MalformedFileException">There is no checkpoint, or it has no tensor of such a name and shape.</exception>
    public static void ReadWeights(string path, IEnumerable<(string Name, Tensor Tensor)> tensors)
    {
        Checkpoint checkpoint = Best(path) ?? Latest(path) ?? throw new MalformedFileException(path, "it has no checkpoint yet; train first.");
        using CheckpointReader reader = new(checkpoint.Path);
        foreach ((string name, Tensor tensor) in tensors) reader.Read(name, tensor);
    }

    static double? ValidationLoss(Checkpoint checkpoint)
    {
        try
        {
            using CheckpointReader reader = new(checkpoint.Path);
            return reader.ValidationLoss;
        }
        catch (MalformedFileException)
        {
            return null;
        }
    }

    static string CheckpointFolder(string path) => System.IO.Path.Combine(path, "checkpoints");
}
