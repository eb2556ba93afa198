using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands.Texts;

/// <summary>The encoder that the longer run of <see cref="MaskedStudy"/> has left, and copies of it.</summary>
sealed class Pretrained
{
    // Pretraining saw little text often enough without dropout; what is trained on few labels needs it.
    readonly MaskedWordsRecipe _recipe = MaskedStudy.ForTasks with { Dropout = 0.1 };
    readonly Dictionary<string, Tensor> _weights;

    public Pretrained()
    {
        Books = Books.WithEncoder(Books.AndOthers(_recipe), "masked-words-long");
        _weights = Safetensors.Load(Books.Weights, Books.Backend);
    }

    public Books Books { get; }

    /// <summary>The same network with random weights.</summary>
    public Bert NewEncoder(ulong seed) => _recipe.NewEncoder(new Init(Books.Backend, seed), Books.Marks.Vocabulary);

    /// <summary>A copy as it was pretrained.</summary>
    public Bert Copy() => CopyOf("encoder.", _weights.Select(entry => (entry.Key, entry.Value)));

    /// <summary>A copy of another encoder of its sizes.</summary>
    public Bert CopyOf(Bert encoder) => CopyOf("", encoder.NamedTensors());

    Bert CopyOf(string prefix, IEnumerable<(string Name, Tensor Tensor)> weights)
    {
        Bert copy = NewEncoder(seed: 0);
        copy.CopyFrom(weights.Where(entry => entry.Name.StartsWith(prefix, StringComparison.Ordinal)).Select(entry => (entry.Name[prefix.Length..], entry.Tensor)));
        return copy;
    }

    /// <summary>Goes on guessing words, in unlabelled texts of a task's training split.</summary>
    public (Bert Encoder, Cost Cost) GoOn(IEnumerable<string> texts, int steps)
    {
        var run = new MaskedRun(Books, _recipe with { Steps = steps, WarmUp = steps / 10, LearningRate = _recipe.LearningRate / 2 }, Books.Of(texts));
        run.Objective.CopyFrom(_weights.Select(entry => (entry.Key, entry.Value)));
        run.Train(steps, _ => { });
        return ((Bert)((MaskedWords)run.Objective).Encoder, run.Cost);
    }
}
