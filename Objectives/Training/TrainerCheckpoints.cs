namespace NativeSsl;

// What a run needs to go on, out to the disk and back.
public sealed partial class Trainer
{
    void Save(RunDirectory? directory, MetricsLog? metrics)
    {
        if (directory is null) return;
        metrics?.Flush();
        var checkpoint = new CheckpointWriter();
        foreach ((string name, Tensor tensor) in _objective.NamedTensors()) checkpoint.Add(name, tensor);
        foreach ((string player, Optimizer optimizer, _, _) in _players)
        {
            foreach ((string name, Tensor tensor) in optimizer.State) checkpoint.Add($"optimizer.{player}.{name}", tensor);
            checkpoint.Add($"optimizer.{player}.first_steps", [.. optimizer.FirstSteps]);
        }
        checkpoint.Add("identity", _options.Identity);
        _objective.Save(checkpoint);
        _data.Save(checkpoint);
        directory.Save(StepsDone, checkpoint.Items, checkpoint.Texts, ValidationLoss);
    }

    /// <summary>Goes back, or ahead, to a checkpoint.</summary>
    /// <exception cref="MalformedFileException">It cannot be read, or belongs to a run with another recipe or model.</exception>
    public void Load(string path)
    {
        using var checkpoint = new CheckpointReader(path);
        if (checkpoint.Text("identity") != _options.Identity)
            throw new MalformedFileException(path,
                "it was written by a run with another recipe. Resume with that recipe, or begin a new run.");
        foreach ((string name, Tensor tensor) in _objective.NamedTensors()) checkpoint.Read(name, tensor);
        foreach ((string player, Optimizer optimizer, _, _) in _players)
        {
            foreach ((string name, Tensor tensor) in optimizer.State) checkpoint.Read($"optimizer.{player}.{name}", tensor);
            optimizer.RestoreFirstSteps(checkpoint.Numbers($"optimizer.{player}.first_steps"));
        }
        _objective.Load(checkpoint);
        _data.Load(checkpoint);
        (StepsDone, ValidationLoss) = (checkpoint.Step, checkpoint.ValidationLoss);
        SayNumbers(Math.Max(0, StepsDone - 1));
    }
}
