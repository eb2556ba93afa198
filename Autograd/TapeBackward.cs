namespace NativeSsl;

// The way back: from a root over everything it was made from, gradients handed on and memory given back.
public static partial class Tape
{
    static long s_passes;

    /// <summary>Walks back from a root: gradients gather on the leaves.
    /// The tape is used up, and activations go back to the pool on the way.</summary>
    internal static void Backward(Tensor root, Tensor seed)
    {
        if (root.Node is not Node last)
            throw new GradientException(
                $"Backward: this tensor of shape {root.Shape} was not made from anything that requires a gradient, " +
                "or it was made under NoGradient.");
        if (last is { IsLeaf: false, Backward: null })
            throw new GradientException($"Backward: the result of {last.Name} was already walked back from. Run the forward pass again.");

        List<Tensor> order = TopologicalOrder(root);
        using NoGradientScope scope = NoGradient();
        // the loss and the seed are the caller's, even if they share memory with
        root.Storage.Holders++;
        seed.Storage.Holders++;                                     // something that is not
        Gather(root, seed);
        for (int i = order.Count - 1; i >= 0; i--)
        {
            Tensor y = order[i];
            var node = (Node)y.Node!;
            if (node.IsLeaf) continue;
            if (node.Gradient is { } dy)
            {
                foreach (Tensor input in node.Inputs) Remember(input);
                Tensor?[] gradients = node.Backward!(dy);
                for (int k = 0; k < gradients.Length; k++) if (IsInPlace(gradients[k], node.Inputs[k])) gradients[k] = null;
                foreach (Tensor? g in gradients) if (g is not null) g.Storage.Holders++;  // one gradient may be for several inputs
                for (int k = 0; k < gradients.Length; k++)
                    if (gradients[k] is { } g && node.Inputs[k].Node is not null) Gather(node.Inputs[k], g);
                foreach (Tensor? g in gradients) if (g is not null) Drop(g.Storage);
                Drop(dy.Storage);
            }
            if (!node.IsView) GiveBack(y.Storage);
            foreach (Tensor saved in node.Saved) GiveBack(saved.Storage);
            node.Consume();
        }
        root.Storage.Holders--;
        seed.Storage.Holders--;
    }

    // What Forget() gave back is made again for those who have it as an input.
    static void Remember(Tensor x)
    {
        if (x.Node is not Node { Remake: { } remake } || !x.Storage.IsReleased) return;
        foreach (Tensor input in ((Node)x.Node).Inputs) Remember(input);          // it may be made of others that were given back
        x.Storage = Tensor.Empty(x.Backend, x.Shape, x.Format).Storage;
        remake();
    }

    static List<Tensor> TopologicalOrder(Tensor root)
    {
        long pass = Interlocked.Increment(ref s_passes);
        List<Tensor> order = [];
        Stack<(Tensor Tensor, int Next)> path = [];
        Enter(root);
        while (path.TryPop(out var top))
        {
            Tensor[] inputs = ((Node)top.Tensor.Node!).Inputs;
            if (top.Next == inputs.Length) { order.Add(top.Tensor); continue; }
            path.Push((top.Tensor, top.Next + 1));
            Enter(inputs[top.Next]);
        }
        return order;

        void Enter(Tensor tensor)
        {
            if (tensor.Node is not Node node || node.LastPass == pass) return;
            if (node is { IsLeaf: false, Backward: null })
                throw new GradientException($"Backward: the result of {node.Name} takes part, but it was already walked back from. " +
                    "Run its forward pass again.");
            node.LastPass = pass;
            path.Push((tensor, 0));
        }
    }

    // NewGradient lends the memory of a leaf's gradient only while nobody holds it; whoever passes on such a tensor as his own holds it.
    static bool IsInPlace(Tensor? gradient, Tensor input) =>
        gradient is { Storage.Holders: 0 } && input.Node is Node { IsLeaf: true } leaf && ReferenceEquals(gradient, leaf.Gradient);

    static void Gather(Tensor tensor, Tensor gradient)
    {
        if (gradient.Shape != tensor.Shape)
            throw new ShapeException(
                $"{((Node)tensor.Node!).Name}: a gradient of shape {gradient.Shape} for a tensor of shape {tensor.Shape}.");
        var node = (Node)tensor.Node!;
        if (node.IsLeaf)
        {
            node.Gradient ??= NewLeafGradient(tensor, node);
            if (node.IsFresh) tensor.Backend.Copy(gradient, node.Gradient);
            else tensor.Backend.Accumulate(gradient, node.Gradient);
            node.IsFresh = false;
        }
        else if (node.Gradient is null)
        {
            node.Gradient = gradient;
            node.OwnsGradient = false;
            gradient.Storage.Holders++;
        }
        else if (node.OwnsGradient) tensor.Backend.Accumulate(gradient, node.Gradient);
        else
        {
            Tensor sum = Tensor.Empty(tensor.Backend, tensor.Shape);
            tensor.Backend.Copy(node.Gradient, sum);
            tensor.Backend.Accumulate(gradient, sum);
            Drop(node.Gradient.Storage);
            sum.Storage.Holders++;
            (node.Gradient, node.OwnsGradient) = (sum, true);
        }
    }

    internal static Tensor NewLeafGradient(Tensor tensor, Node node)
    {
        node.IsFresh = true;
        return Tensor.Lasting(tensor.Backend, tensor.Shape);
    }

    static void Drop(Storage storage)
    {
        storage.Holders--;
        GiveBack(storage);
    }

    internal static void GiveBack(Storage storage)
    {
        if (storage is { LastsWholeStep: false, Holders: 0 }) storage.Release();
    }
}
