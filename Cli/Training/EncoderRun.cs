using System.Text;

namespace NativeSsl.Cli.Training;

/// <summary>A run that trains a text encoder.</summary>
abstract class EncoderRun(EncoderRecipe recipe, IBackend backend, EncoderText text) : Run(recipe, backend)
{
    internal EncoderText Source => text;

    /// <summary>What the run is about.</summary>
    internal abstract Bert Encoder { get; }

    /// <summary>Which row of the encoder stands for a text.</summary>
    internal abstract SentencePooling Pooling { get; }

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
    internal Tensor Rows(Bert encoder, IReadOnlyList<TextSample> samples)
    {
        const int Batch = 64;
        float[] rows = new float[samples.Count * encoder.Width];
        // Those of a length together: padding costs as much as words.
        int[] order = [.. Enumerable.Range(0, samples.Count).OrderBy(i => samples[i].Tokens.Length)];
        for (int first = 0; first < order.Length; first += Batch)
        {
            int[] some = order[first..Math.Min(first + Batch, order.Length)];
            using var step = new Step(Backend);
            using Tape.NoGradientScope scope = Tape.NoGradient();
            var (tokens, segments, lengths) = TextSample.Batch(Backend, [.. some.Select(i => samples[i])], text.Marks);
            float[] values = SimCse.Pool(encoder.Features(tokens, segments, lengths), lengths, Pooling).ToArray();
            for (int i = 0; i < some.Length; i++) values.AsSpan(i * encoder.Width, encoder.Width).CopyTo(rows.AsSpan(some[i] * encoder.Width));
        }
        return Tensor.From(Backend, [samples.Count, encoder.Width], rows);
    }
}
