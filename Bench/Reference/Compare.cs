using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Reference;

/// <summary>The training step of both sides in turn: same architecture, first weights, batches, optimizer; losses compared step by step.</summary>
static class Compare
{
    const int Batches = 8, ComparedSteps = 40;

    public static void Run(string[] arguments)
    {
        bool tuned = arguments.Contains("--tuned");
        Both.Begin(arguments);
        var report = new Report(tuned ? "compare-tuned" : "compare", tuned ? "Training step, libtorch's allocator tuned" : "Training step");
        report.Text($"{Both.Sides}{(tuned ? $" Environment: `{TunedAllocator.Text}`." : "")} Ours: Gpt, NextToken, AdamW, through Trainer.Step, which also takes the gradient's "
            + "norm and reads the loss. libtorch: fused attention, fused linear and norm, TorchSharp's AdamW; the loss is not read while measuring.");
        report.PairHead("step", speeds: true);
        foreach (GptSize size in GptSize.Trained) Step(report, size, size == GptSize.NanoGpt ? 0.65 : 0.85, tuned);
        report.EndTable();
        report.Save($"dotnet run -c Release --project Bench -p:Libtorch=true -- compare{(tuned ? " --tuned" : "")}");
        if (!tuned) Self.Run(["compare", "--tuned", .. arguments], TunedAllocator.Environment);
    }

    static void Step(Report report, GptSize size, double goal, bool tuned)
    {
        double seconds = size == GptSize.NanoGpt ? 10 : 22;
        Gpt model = size.NewModel(Both.Ours);
        using var reference = new TorchGpt(size, model.NamedTensors());
        var theirs = reference.Training(Batches);
        var ours = new OurTraining(new NextToken(model), size.Batches(Both.Ours, Batches), AdamSettings.Text);
        Pair with = Both.Measure(ours.Step, () => theirs.Step(), seconds);
        report.Row($"{size.Name}, with optimizer", with, ours.StepFlops);
        double apart = ours.Losses.Zip(theirs.Losses, (a, b) => Math.Abs(a - b)).Take(ComparedSteps).Max();

        Gpt second = size.NewModel(Both.Ours);
        var gradients = new OurGradients(new NextToken(second), size.Batches(Both.Ours, Batches), Both.Ours);
        Pair without = Both.Measure(gradients.Step, () => theirs.Step(optimizer: false), seconds * 0.7);
        report.Row($"{size.Name}, without", without, ours.StepFlops);
        string held = tuned ? ", libtorch's allocator tuned" : "";
        report.Goal($"training step {size.Name}{held}", with.Ratio, goal);
        report.Goal($"training step {size.Name}, without optimizer{held}", without.Ratio, goal);
        report.Goal($"largest difference of losses, first {Math.Min(ComparedSteps, ours.Losses.Count)} steps of {size.Name}{held}", apart, 1e-3);
    }
}
