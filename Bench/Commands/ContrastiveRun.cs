using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands;

/// <summary>One run of SimCLR, timed, with looks at its features in between, which are not part of its seconds.</summary>
sealed class ContrastiveRun : IDisposable
{
    const int EpochsBetweenLooks = 4;

    readonly LabelledPictures _pictures;
    readonly SimClr _objective;
    readonly ImageViews _views;
    readonly Trainer _trainer;
    readonly ImageRecipe _recipe;
    double _seconds, _flops, _loss;

    public void Dispose() => _trainer.Dispose();

    public ContrastiveRun(LabelledPictures pictures, ImageRecipe recipe)
    {
        (_pictures, _recipe) = (pictures, recipe);
        _objective = recipe.NewObjective(new Init(pictures.Backend, (ulong)recipe.Seed), _pictures.Train.Size.Channels);
        _views = new ImageViews(pictures.Backend, pictures.Train, [recipe.NewAugmentation(), recipe.NewAugmentation()], recipe.Batch, (ulong)recipe.Seed, pictures.Normalization);
        _trainer = new Trainer(_objective, _views, new TrainerOptions
        {
            Steps = recipe.Steps,
            Players = new Dictionary<string, Player>
            {
                ["main"] = new(recipe.NewOptimizer, new LinearWarmup(recipe.WarmUp, new Cosine(recipe.LearningRate, recipe.FinalLearningRate, recipe.Steps - recipe.WarmUp))),
            },
            Seed = (ulong)recipe.Seed, WeightDecay = (float)recipe.WeightDecay, Clip = recipe.Clip,
        });
    }

    public ImageEncoder Encoder => _objective.Encoder;

    /// <summary>The encoder with its first weights.</summary>
    public ImageEncoder NewEncoder() => _recipe.NewObjective(new Init(_pictures.Backend, (ulong)_recipe.Seed), _pictures.Train.Size.Channels).Encoder;

    /// <summary>A copy of the encoder as it is now, to go on with.</summary>
    public ImageEncoder CopyOfEncoder()
    {
        ImageEncoder copy = NewEncoder();
        copy.CopyFrom(Encoder.NamedTensors());
        return copy;
    }

    /// <summary>Seconds and operations of all steps, views included, and images seen, two views counting as one image.</summary>
    public Cost Cost => new(_seconds, _flops, _trainer.StepsDone * _recipe.Batch);

    /// <summary>All steps.</summary>
    /// <param name="look">Called every few epochs with their number.</param>
    public void Train(Action<int>? look)
    {
        int epoch = (int)_views.DrawsPerEpoch!.Value;
        double sum = 0;
        while (_trainer.StepsDone < _recipe.Steps)
        {
            TrainingReport report = _trainer.Step();
            (_seconds, _flops, sum) = (_seconds + report.Seconds, _flops + report.Flops, sum + report.Loss);
            if (_trainer.StepsDone % epoch != 0) continue;
            (_loss, sum) = (sum / epoch, 0);
            int epochs = (int)(_trainer.StepsDone / epoch);
            if (epochs % EpochsBetweenLooks == 0 || epochs <= 2) look?.Invoke(epochs);
        }
    }

    /// <summary>Seconds of a step of such a run.</summary>
    public static double SecondsOfStep(LabelledPictures pictures, ImageRecipe recipe)
    {
        const int Some = 6;
        var run = new ContrastiveRun(pictures, recipe with { Steps = 2 * Some, WarmUp = Some });
        double[] seconds = [.. Enumerable.Range(0, 2 * Some).Select(_ => run._trainer.Step().Seconds)];
        return Statistics.Median([.. seconds[Some..]]);
    }

    /// <summary>Epoch, kNN-20 in per cent, and what is known without labels.</summary>
    public double[] LabelFree(int epoch)
    {
        (FeatureSet train, FeatureSet test) = _pictures.Features("now", Encoder.Forward);
        double neighbours = new NearestNeighbours(train).Accuracy(test, 20);
        double alignment;
        using (new Step(_pictures.Backend))
        using (Tape.NoGradient())
        {
            Tensor[] pair = [.. _views.Draw(0).Tensors.Select(view => Encoder.Forward(view).Normalize())];
            alignment = Alignment.Of(pair[0], pair[1]);
        }
        Console.WriteLine($"epoch {epoch}: loss {_loss:F3}, kNN-20 {neighbours:P1}, {_seconds:F0} s");
        return [epoch, 100 * neighbours, _loss, alignment, Uniformity.Of(test.Values), RankMe.Of(test.Values), Spread.Of(test.Values)];
    }
}
