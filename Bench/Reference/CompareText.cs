using NativeSsl.Bench.Measure;
using TorchSharp;

namespace NativeSsl.Bench.Reference;

/// <summary>Steps of BERT and of T5 on both sides in turn, and features of texts without training.</summary>
static class CompareText
{
    const int Batches = 8, ComparedSteps = 20;

    public static void Run(string[] arguments)
    {
        bool tuned = arguments.Contains("--tuned");
        Both.Begin(arguments);
        string held = tuned ? ", libtorch's allocator tuned" : "";
        var report = new Report(tuned ? "text-tuned" : "text", $"BERT and T5{held}");
        report.Text($"{Both.Sides}{(tuned ? $" Environment: `{TunedAllocator.Text}`." : "")} Ours: Bert and MaskedWords, T5 and TextToText, AdamW, through Trainer.Step, which also takes the gradient's norm and reads "
            + "the loss. libtorch: fused attention, fused linear and norm, only the masked rows through the head, TorchSharp's AdamW; the loss is not read while measuring. "
            + "Reading: the features of every token, no gradient; libtorch in inference mode.");
        report.PairHead("step", speeds: true);
        foreach (float dropout in (float[])[BertSize.Small.Dropout, 0f])
        {
            BertSize bert = BertSize.Small with { Dropout = dropout };
            Objective words = bert.NewObjective(Both.Ours);
            using (var reference = new TorchBert(bert, words))
                Step(report, $"{bert.Name}, {bert.Batch} × {bert.Context} tokens", dropout, words, bert.Batches(Both.Ours, Batches), reference.Training(Batches), held);
            T5Size t5 = T5Size.Small with { Config = T5Size.Small.Config with { Dropout = dropout } };
            TextToText writing = t5.NewObjective(Both.Ours);
            using (var reference = new TorchT5(t5, writing))
                Step(report, $"{t5.Name}, {t5.Batch} × {t5.Inputs} to {t5.Targets} tokens", dropout, writing, t5.Batches(Both.Ours, Batches), reference.Training(Batches), held);
        }
        foreach (int batch in (int[])[1, 32]) Reading(report, BertSize.Small with { Batch = batch }, held);
        report.EndTable();
        report.Save($"dotnet run -c Release --project Bench -p:Libtorch=true -- text{(tuned ? " --tuned" : "")}");
        if (!tuned) Self.Run(["text", "--tuned", .. arguments], TunedAllocator.Environment);
    }

    static void Step(Report report, string what, float dropout, Objective objective, IViewSource batches, TorchTraining theirs, string held)
    {
        string name = $"{what}, dropout {Report.Number(dropout)}";
        var ours = new OurTraining(objective, batches, AdamSettings.Text);
        Pair pair = Both.Measure(ours.Step, () => theirs.Step(), 25);
        report.Row(name, pair, ours.StepFlops);
        report.Goal($"training step {name}{held}", pair.Ratio, 0.8);
        if (dropout == 0f)
            report.Goal($"largest difference of losses, first {ComparedSteps} steps of {name}{held}", ours.Losses.Zip(theirs.Losses, (a, b) => Math.Abs(a - b)).Take(ComparedSteps).Max(), 1e-3);
    }

    static void Reading(Report report, BertSize size, string held)
    {
        string name = $"{size.Name} reads {size.Batch} × {size.Context} tokens";
        var objective = (MaskedWords)size.NewObjective(Both.Ours);
        using var reference = new TorchBert(size, objective);
        BertSize.Sample sample = size.DrawBatch(0);
        Indices ours = Indices.From(Both.Ours, [size.Batch, size.Context], sample.Tokens);
        TorchBert.Batch theirs = new(size, sample);
        float[] Read()
        {
            using var step = new Step(Both.Ours);
            using Tape.NoGradientScope scope = Tape.NoGradient();
            return objective.Encoder.Features(ours).ToArray();
        }
        TorchTensor Reference()
        {
            using var inference = torch.inference_mode();
            return reference.Features(theirs, training: false);
        }
        Both.Agree(name, Read(), Reference());
        Pair pair = Both.Measure(() => Read(), () => Reference().Dispose(), 8);
        report.Row(name, pair);
        report.Goal($"{name}{held}", pair.Ratio, 0.6);
    }
}
