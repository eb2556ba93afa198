using System.Globalization;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands.Texts;

/// <summary>What a pretrained GPT is worth for classes of texts, and whether guessing next tokens of the labelled texts meanwhile helps (Radford et al. 2018, section 5, table 5).</summary>
static class GptTaskStudy
{
    const int Steps = 2000, Draws = 5;
    const double Weight = 0.5;

    // As few-labels tunes encoders: the same epochs, rates, and decay of rates from layer to layer.
    static readonly TextFineTuningOptions Tuned = new() { Epochs = 20, LeastSteps = 400, LearningRate = 5e-4 };
    static readonly TextFineTuningOptions Scratch = Tuned with { LearningRate = 1e-3, LayerDecay = 1 };

    public static void Run(string[] arguments)
    {
        bool quick = arguments.Contains("--quick");
        var report = new Report("gpt-tasks", "A GPT, fine-tuned with few labels", "learning/text.md");
        var start = new PretrainedGpt(report, quick ? 20 : Steps);
        report.Text(string.Create(CultureInfo.InvariantCulture, $"Its state at each text's last token, a mark, goes through a linear layer. λ is what the loss of guessing next tokens of the labelled texts counts beside that of their labels. Accuracy on the test split, "
            + $"which is asked once a draw; {Draws} draws of labels, mean and 95 % interval. Fine-tuned: {Tuned.Epochs} epochs (at least {Tuned.LeastSteps} steps) up to a rate of {Tuned.LearningRate}, a layer {Tuned.LayerDecay} of the one above; from scratch, the same "
            + $"network: up to {Scratch.LearningRate}, all layers alike. No validation labels are used. Logistic regression on TF-IDF (words and pairs of words) with C = 10."));
        TextParts<LabelledTexts> polarity = SentencePolarity.Read(Path.Combine(Books.Data, "sentence_polarity")), intents = Clinc150.Read(Path.Combine(Books.Data, "clinc150", "data_full.json")).InScope;
        Task(report, start, "sentiment (sentence polarity)", polarity, LabelBudget.PerClass(100), least: 3, quick);
        Task(report, start, "intents (CLINC150, 150 classes)", intents, LabelBudget.PerClass(10), least: 5, quick);
        report.Save("NATIVESSL_DATA=… dotnet run -c Release --project Bench -- gpt-tasks");
    }

    static void Task(Report report, PretrainedGpt start, string name, TextParts<LabelledTexts> set, LabelBudget budget, double least, bool quick)
    {
        int draws = quick ? 2 : Draws;
        var card = new ReportCard($"{name}, {budget}");
        FewLabelStudy.Counted(card, set, budget, draws);
        Score plain = Fit("fine-tuned, λ = 0", _ => start.Copy(), Tuned);
        Score joint = Fit($"fine-tuned, λ = {Weight.ToString(CultureInfo.InvariantCulture)}", _ => start.Copy(), Tuned with { AuxiliaryWeight = Weight });
        Score scratch = Fit("from scratch", draw => start.New((ulong)draw + 1), Scratch);
        report.Card(card);
        report.GoalAtLeast($"GPT on {name}, {budget}: fine-tuned above from scratch, points", 100 * (Math.Max(plain.Mean, joint.Mean) - scratch.Mean), least);
        report.Text(string.Create(CultureInfo.InvariantCulture, $"λ = {Weight} above λ = 0: {100 * (joint.Mean - plain.Mean):F1} points. The paper finds that it helps large sets of labels and does not help small ones."));

        Score Fit(string how, Func<int, Gpt> model, TextFineTuningOptions options)
        {
            var (accuracy, cost) = FewLabelTextTuning.Of(draw => new LanguageModelClassifier(model(draw), set.Train.Classes.Count, new Init(Books.Backend, 1000 + (ulong)draw)), TextFrame.Of(start.Tokenizer),
                set.Train, validation: null, set.Test, budget, quick ? options with { Epochs = 1, LeastSteps = 20 } : options, draws);
            FewLabelStudy.Row(card, $"{how}, {budget}", accuracy, cost);
            return accuracy;
        }
    }
}
