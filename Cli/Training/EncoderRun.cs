using System.Text;

namespace NativeSsl.Cli.Training;

/// <summary>A run that trains a text encoder.</summary>
abstract class EncoderRun(EncoderRecipe recipe, IBackend backend, EncoderText text) : Run(recipe, backend)
{
    internal EncoderText Source => text;

    /// <summary>What the run is about.</summary>
    internal abstract Bert Encoder { get; }

    /// <summary>Which row of the encoder stands for a text.</summary>
    internal abstract TextPooling Pooling { get; }

    private protected override AdamW NewOptimizer(Parameters parameters) => recipe.NewOptimizer(parameters);

    internal override void Prepare(RunDirectory directory) => text.Tokenizer.Save(directory.TokenizerPath);

    private protected abstract IViewSource TrainingViews();

    internal override Estimate Estimate()
    {
        IViewSource views = TrainingViews();
        return Training.Estimate.OfStep(Objective.ParameterCount, recipe.Steps, Backend as CpuBackend, () =>
        {
            using var step = new Step(Backend, training: true);
            Objective.Loss(views.Draw(0)).Backward();
        });
    }

    private protected override byte[] Fingerprint() => Encoding.ASCII.GetBytes(text.Store.Fingerprint);

    /// <summary>Rows for texts, <c>[texts, width]</c>, in batches; outside a step, so that they last.</summary>
    /// <param name="encoder">This run's, or another of the same tokens.</param>
    /// <param name="samples">The texts.</param>
    internal Tensor Rows(Bert encoder, IReadOnlyList<TextSample> samples) => TextFeatures.Of(encoder, samples, text.Marks.Padding, Pooling);
}
