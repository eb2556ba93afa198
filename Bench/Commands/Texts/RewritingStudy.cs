using System.Globalization;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands.Texts;

/// <summary>Translation (Tatoeba) and summaries (SciTLDR): is T5 better after pretraining than from scratch, at equal steps? A paired bootstrap over the test texts answers.</summary>
static class RewritingStudy
{
    const int Beams = 4, Examples = 4, NoRepeatOfSummaries = 3;
    const double Sure = 0.95;

    public static void Translation(string[] arguments)
    {
        var report = new Report("translation", "Translation: English to French", "learning/text.md");
        TextParts<TextPairs> pairs = Tatoeba.Read(Path.Combine(Books.Data, "tatoeba_eng_fra", "eng-fra.tsv"));
        TextToTextRecipe recipe = ProgramRecipe.Of<TextToTextRecipe>("translate-tatoeba") with { Steps = 1000, WarmUp = 100 };
        var study = new Rewritten(report, recipe, Rewritings.Of(pairs.Train), Rewritings.Of(pairs.Test), longerBy: 6, noRepeat: 0, SeedRuns.For(arguments, report), arguments.Contains("--quick"));
        study.Introduce("Tatoeba's pairs, an English sentence in one part only; the test part is asked once a model. BLEU and chrF over all references of a sentence");
        report.Head("model", "steps", "BLEU", "chrF", "seconds", "TFLOP");
        double[] Scores(IReadOnlyList<string> written) => [Bleu.Of(written, study.Test.Targets).Score, new ChrF().Of(written, study.Test.Targets)];
        double[][] Counts(IReadOnlyList<string> written) => [.. written.Select((text, i) => Bleu.Statistics(text, study.Test.Targets[i]))];
        study.Row("the English as it is", Scores(study.Test.Sources));
        double[][] scratch = study.Train("from scratch", pretrained: false, Scores, Counts), tuned = study.Train("fine-tuned", pretrained: true, Scores, Counts);
        IReadOnlyList<string> longer = study.TrainLonger(Scores);
        report.EndTable();
        study.Judge(PairedBootstrap.Of(tuned, scratch, counts => Bleu.Of(counts).Score), "BLEU");
        report.GoalAtLeast("translation: BLEU after the longer run", Scores(longer)[0], 15);
        study.Show(longer);
        report.Save("NATIVESSL_DATA=… dotnet run -c Release --project Bench -- translation");
    }

    public static void Summaries(string[] arguments)
    {
        var report = new Report("summaries", "Summaries of papers' abstracts", "learning/text.md");
        string folder = Path.Combine(Books.Data, "scitldr_a");
        (Rewritings train, Rewritings test) = Rewritings.Read(folder, Rewritings.Papers);
        TextToTextRecipe recipe = ProgramRecipe.Of<TextToTextRecipe>("summarise-scitldr") with { Steps = 200, WarmUp = 20 };
        var study = new Rewritten(report, recipe, train, test, longerBy: 2, NoRepeatOfSummaries, SeedRuns.For(arguments, report), arguments.Contains("--quick"));
        study.Introduce("SciTLDR's abstracts; its part dev, by which nothing else was chosen, is asked once a model. ROUGE's F, the mean over papers of the best over references");
        report.Head("model", "steps", "ROUGE-1", "ROUGE-2", "ROUGE-L", "seconds", "TFLOP");
        double Mean(IReadOnlyList<string> written, Func<string, string, RougeScore> score) => 100 * Rouge.Mean(study.Test.Targets, written, score);
        double[] Scores(IReadOnlyList<string> written) => [Mean(written, (wanted, said) => Rouge.N(wanted, said, 1)), Mean(written, (wanted, said) => Rouge.N(wanted, said, 2)), Mean(written, Rouge.L)];
        double[][] Counts(IReadOnlyList<string> written) => Rouge.Statistics(study.Test.Targets, written, Rouge.L);
        study.Row("first sentence (lead-1)", Scores(study.Test.Leads));
        double[][] scratch = study.Train("from scratch", pretrained: false, Scores, Counts), tuned = study.Train("fine-tuned", pretrained: true, Scores, Counts);
        IReadOnlyList<string> longer = study.TrainLonger(Scores);
        report.EndTable();
        study.Judge(PairedBootstrap.Of(tuned, scratch, counts => 100 * counts[0] / counts[1]), "ROUGE-L");
        study.Show(longer);
        report.Save("NATIVESSL_DATA=… dotnet run -c Release --project Bench -- summaries");
    }

    sealed class Rewritten(Report report, TextToTextRecipe recipe, Rewritings train, Rewritings test, int longerBy, int noRepeat, SeedRuns seeds, bool quick)
    {
        readonly (SequenceFrame Frame, Dictionary<string, Tensor> Weights) _kept = SpanStudy.Kept;

        public Rewritings Test { get; } = quick ? test.Some(20) : test;

        public void Introduce(string what) => report.Text(string.Create(CultureInfo.InvariantCulture, $"{what}; {Test.Count:N0} texts, {Beams} beams{(noRepeat > 0 ? $", no {noRepeat} tokens in a row twice (the usual number; that texts repeat themselves was seen on these texts)" : "")}. The T5 of the section “T5: spans cut out and written again”, fine-tuned on {train.Count:N0} texts, beside the same network from scratch, "
            + $"{recipe.Batch} a step, up to a rate of {recipe.LearningRate}, without dropout, since no text is seen often; and for {longerBy} times as many steps with dropout {recipe.Dropout}. ± is the 95 % interval over {seeds.Count} seeds, which draw the order of the texts and, from scratch, first values."));

        /// <summary>Several seeds of the short run.</summary>
        /// <returns>For a bootstrap, what is counted in each text, summed over the seeds.</returns>
        public double[][] Train(string name, bool pretrained, Func<IReadOnlyList<string>, double[]> scores, Func<IReadOnlyList<string>, double[][]> counts)
        {
            double[][]? sums = null;
            (Score[] figures, Cost each) = seeds.Of(seed =>
            {
                (IReadOnlyList<string> written, Cost cost) = Write(pretrained, recipe with { Dropout = 0, Seed = recipe.Seed + seed });
                double[][] own = counts(written);
                sums = sums is null ? own : [.. sums.Zip(own, (sum, more) => sum.Zip(more, (a, b) => a + b).ToArray())];
                return (scores(written), cost);
            });
            report.Row([name, $"{Hurried(recipe.Steps)}", .. figures.Select(figure => SeedRuns.Show(figure)), SeedRuns.Seconds(each), SeedRuns.TeraFlops(each)]);
            return sums!;
        }

        /// <summary>One longer run, fine-tuned.</summary>
        public IReadOnlyList<string> TrainLonger(Func<IReadOnlyList<string>, double[]> scores)
        {
            TextToTextRecipe how = recipe with { Steps = recipe.Steps * longerBy, WarmUp = recipe.WarmUp * longerBy };
            (IReadOnlyList<string> written, Cost cost) = Write(pretrained: true, how);
            Row("fine-tuned, longer", scores(written), Hurried(how.Steps), cost);
            return written;
        }

        int Hurried(int steps) => quick ? steps / 50 : steps;

        (IReadOnlyList<string> Written, Cost Cost) Write(bool pretrained, TextToTextRecipe recipe)
        {
            TextToTextRecipe how = recipe with { Steps = Hurried(recipe.Steps), WarmUp = Hurried(recipe.WarmUp) };
            TextToText objective = how.NewObjective(new Init(Books.Backend, (ulong)how.Seed), _kept.Frame);
            if (pretrained) objective.CopyFrom(_kept.Weights.Select(entry => (entry.Key, entry.Value)));
            Cost cost = RecipeTraining.Run(objective, how, how.NewOptimizer, how.NewViews(Books.Backend, train, _kept.Frame));
            return (new Rewriter(objective.Model, _kept.Frame, how.Context).Write([.. Test.Sources.Select(text => how.Prefix + text)], how.Length, Beams, noRepeat), cost);
        }

        public void Row(string name, double[] scores, long? steps = null, Cost cost = default) =>
            report.Row([name, $"{steps}", .. scores.Select(score => score.ToString("F1", CultureInfo.InvariantCulture)), SeedRuns.Seconds(cost), SeedRuns.TeraFlops(cost)]);

        public void Judge(PairedBootstrap sure, string score)
        {
            report.Text(string.Create(CultureInfo.InvariantCulture, $"Fine-tuned {sure.First:F1}, from scratch {sure.Second:F1} {score}; over 1,000 test sets drawn with replacement the difference is {sure.Low:F1} to {sure.High:F1} (95 %)."));
            report.GoalAtLeast($"{score}: share of drawn test sets on which fine-tuned is above from scratch, at equal steps", sure.FirstWins, Sure);
        }

        public void Show(IReadOnlyList<string> written)
        {
            for (int i = 0; i < Examples; i++)
            {
                int at = (int)((long)i * Test.Count / Examples);
                report.Text($"“{Cut(Test.Sources[at])}” became “{written[at]}”; a person wrote “{Test.Targets[at][0]}”.");
            }
        }

        static string Cut(string text) => text.Length <= 160 ? text : text[..160] + "…";
    }
}
